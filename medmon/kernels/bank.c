/* The filter bank: see bank.py. */
#include "codes.h"
#include "lanes.h"
#include <string.h>

/* Transforms of so many numbers; the loop over the floor of fewer channels has a limit of its own. */
#define MOST_POINTS 4096

typedef struct {
    Lanes re, im;
} Cell;

/* Transform four numbers and turn them; without twiddles they are not turned. `apart` is the distance
 * of what comes out, `away` of what goes in. */
INLINE void four(const Cell *restrict a, Cell *restrict out, int apart, int away,
                 const float *twiddles, int turn)
{
    const Cell *b = a + away, *c = b + away, *d = c + away;
    Lanes even_re = a->re + c->re, even_im = a->im + c->im;
    Lanes odd_re = a->re - c->re, odd_im = a->im - c->im;
    Lanes sum_re = b->re + d->re, sum_im = b->im + d->im;
    Lanes turn_re = d->im - b->im, turn_im = b->re - d->re; /* i (b - d) */
    Lanes one_re = odd_re - turn_re, one_im = odd_im - turn_im;
    Lanes two_re = even_re - sum_re, two_im = even_im - sum_im;
    Lanes three_re = odd_re + turn_re, three_im = odd_im + turn_im;
    out[0].re = even_re + sum_re;
    out[0].im = even_im + sum_im;
    if (!twiddles) {
        out[apart] = (Cell){one_re, one_im};
        out[2 * apart] = (Cell){two_re, two_im};
        out[3 * apart] = (Cell){three_re, three_im};
        return;
    }
    const float *w1 = twiddles + turn, *w2 = w1 + turn, *w3 = w2 + turn;
    out[apart].re = one_re * w1[0] - one_im * w1[1];
    out[apart].im = one_re * w1[1] + one_im * w1[0];
    out[2 * apart].re = two_re * w2[0] - two_im * w2[1];
    out[2 * apart].im = two_re * w2[1] + two_im * w2[0];
    out[3 * apart].re = three_re * w3[0] - three_im * w3[1];
    out[3 * apart].im = three_re * w3[1] + three_im * w3[0];
}

/* One pass of radix 4 of a Stockham transform: it sorts itself, so no bits are reversed. `step` is
 * the distance of twiddles, `apart` how many transforms are interleaved. (Van Loan, Computational
 * Frameworks for the Fast Fourier Transform, 1992, section 1.7.) */
INLINE void pass_of_four(int n, int apart, const float *twiddles, int step, const Cell *restrict x,
                         Cell *restrict y)
{
    for (int q = 0; q < apart; q++)
        four(x + q, y + q, apart, apart * (n / 4), NULL, 0);
    for (int p = 1; p < n / 4; p++)
        for (int q = 0; q < apart; q++)
            four(x + q + apart * p, y + q + apart * 4 * p, apart, apart * (n / 4), twiddles,
                 2 * p * step);
}

INLINE void pass_of_two(int apart, const Cell *restrict x, Cell *restrict y)
{
    for (int q = 0; q < apart; q++) {
        y[q].re = x[q].re + x[q + apart].re;
        y[q].im = x[q].im + x[q + apart].im;
        y[q + apart].re = x[q].re - x[q + apart].re;
        y[q + apart].im = x[q].im - x[q + apart].im;
    }
}

/* Transform LANES rows; the result is in one of the two arrays, which is returned. */
INLINE Cell *transformed(int channels, const float *twiddles, Cell *x, Cell *y)
{
    int n = channels, apart = 1;
    for (; n >= 4; n /= 4, apart *= 4) {
        pass_of_four(n, apart, twiddles, apart, x, y);
        Cell *swap = x;
        x = y;
        y = swap;
    }
    if (n == 2) {
        pass_of_two(apart, x, y);
        return y;
    }
    return x;
}

typedef struct {
    Samples samples;
    const float *window, *twiddles;
    Lanes dc;
    Py_ssize_t start, hop, row_hop;
    int each, channels, folds;
} Bank;

/* Fold a frame, twice as long as there are channels, onto itself behind the window. One that is as
 * long as there are channels has nothing to be folded; only floats come so. */
INLINE void fold_codes(const Bank *bank, Py_ssize_t sample, float *folded)
{
    int parts = 2 * bank->channels;
    const unsigned char *head = bank->samples.codes + 2 * sample;
    const float *rise = bank->window, *fall = bank->window + parts;
    Quad zero = (Quad){0} + bank->samples.zero + CODED, coarse = (Quad){0} + bank->samples.coarse;
    Quad fine = (Quad){0} + bank->samples.fine;
    Quad dc = {bank->dc[0], bank->dc[1], bank->dc[0], bank->dc[1]};
    for (int i = 0; i < parts; i += 16) {
        Quad first[4], second[4];
        widened(head + i, first);
        widened(head + parts + i, second);
        for (int k = 0; k < 4; k++)
            *(Quad *)(folded + i + 4 * k)
                = (quotient(first[k], zero, coarse, fine) - dc) * *(const Quad *)(rise + i + 4 * k)
                  + (quotient(second[k], zero, coarse, fine) - dc)
                        * *(const Quad *)(fall + i + 4 * k);
    }
}

INLINE void fold_parts(const Bank *bank, Py_ssize_t sample, float *folded)
{
    int parts = 2 * bank->channels;
    const float *head = bank->samples.parts + 2 * sample;
    const float *rise = bank->window, *fall = bank->window + parts;
    Lanes dc = bank->dc;
    if (bank->folds == 1) {
        for (int i = 0; i < parts; i += LANES)
            *(Some *)(folded + i) = (*(const Some *)(head + i) - dc) * *(const Some *)(rise + i);
        return;
    }
    for (int i = 0; i < parts; i += LANES)
        *(Some *)(folded + i) = (*(const Some *)(head + i) - dc) * *(const Some *)(rise + i)
                                + (*(const Some *)(head + parts + i) - dc)
                                      * *(const Some *)(fall + i);
}

/* Put frames, one behind the other, into lanes: four parts of four frames at a time. */
INLINE void deal(const float *folded, int channels, Cell *x)
{
    for (int lane = 0; lane < LANES; lane += 4) {
        const float *a = folded + lane * 2 * channels, *b = a + 2 * channels;
        const float *c = b + 2 * channels, *d = c + 2 * channels;
        for (int i = 0; i < channels; i += 2) {
            Quad one = *(const Quad *)(a + 2 * i), two = *(const Quad *)(b + 2 * i);
            Quad three = *(const Quad *)(c + 2 * i), four = *(const Quad *)(d + 2 * i);
            Quad low = SHUFFLED(one, two, 0, 4, 1, 5), high = SHUFFLED(one, two, 2, 6, 3, 7);
            Quad lower = SHUFFLED(three, four, 0, 4, 1, 5);
            Quad higher = SHUFFLED(three, four, 2, 6, 3, 7);
            *(Quad *)((float *)&x[i].re + lane) = SHUFFLED(low, lower, 0, 1, 4, 5);
            *(Quad *)((float *)&x[i].im + lane) = SHUFFLED(low, lower, 2, 3, 6, 7);
            *(Quad *)((float *)&x[i + 1].re + lane) = SHUFFLED(high, higher, 0, 1, 4, 5);
            *(Quad *)((float *)&x[i + 1].im + lane) = SHUFFLED(high, higher, 2, 3, 6, 7);
        }
    }
}

/* A lane is a row, so the frames of a row add up lane by lane. */
FOR_EVERY_PROCESSOR
static void bank_powers(const Bank *bank, Py_ssize_t rows, float *out, Cell *x, Cell *y)
{
    Lanes power[MOST_POINTS];
    int channels = bank->channels;
    /* What is dealt out of one array lies in the other, which the transform has not used yet. */
    float *folded = (float *)y;
    for (Py_ssize_t first = 0; first < rows; first += LANES) {
        int count = rows - first < LANES ? (int)(rows - first) : LANES;
        memset(power, 0, (size_t)channels * sizeof(Lanes));
        for (int frame = 0; frame < bank->each; frame++) {
            Py_ssize_t place = bank->start + first * bank->row_hop + frame * bank->hop;
            for (int k = 0; k < count; k++)
                if (bank->samples.parts)
                    fold_parts(bank, place + k * bank->row_hop, folded + k * 2 * channels);
                else
                    fold_codes(bank, place + k * bank->row_hop, folded + k * 2 * channels);
            deal(folded, channels, x);
            const Cell *done = transformed(channels, bank->twiddles, x, y);
            for (int i = 0; i < channels; i++)
                power[i] += done[i].re * done[i].re + done[i].im * done[i].im;
        }
        for (int k = 0; k < count; k++)
            for (int i = 0; i < channels; i++)
                out[(first + k) * channels + i] = power[i][k] / (float)bank->each;
    }
}

PyObject *frame_powers(PyObject *self, PyObject *args)
{
    Py_buffer iq, window, twiddles, out;
    Bank bank;
    float dc_re, dc_im, zero, full;
    (void)self;
    /* A full scale of zero says that the samples are floats. */
    if (!PyArg_ParseTuple(args, "y*ffy*y*w*ffnnni", &iq, &zero, &full, &window, &twiddles, &out,
                          &dc_re, &dc_im, &bank.start, &bank.hop, &bank.row_hop, &bank.each))
        return NULL;
    PyObject *answer = NULL;
    Cell *cells = NULL;
    bank.channels = (int)(twiddles.len / (2 * (Py_ssize_t)sizeof(float)));
    int channels = bank.channels;
    bank.folds = full != 0.0f || window.len > 2 * channels * (Py_ssize_t)sizeof(float) ? 2 : 1;
    Py_ssize_t rows = channels ? out.len / (Py_ssize_t)sizeof(float) / channels : 0;
    Py_ssize_t sample_bytes = full != 0.0f ? 2 : 2 * (Py_ssize_t)sizeof(float);
    if (channels < (full != 0.0f ? LANES : LANES / 2) || channels > MOST_POINTS || (channels & (channels - 1))
        || bank.each < 1 || bank.each > 1024 || bank.start < 0 || bank.start > iq.len
        || bank.hop < 0 || bank.hop > iq.len || bank.row_hop < 0 || bank.row_hop > iq.len) {
        PyErr_SetString(PyExc_ValueError, "channels must be a power of two from 4 (8 for bytes) to 4096, "
                                          "frames a row 1 to 1024, places within the samples");
        goto done;
    }
    if (rows) {
        Py_ssize_t last = bank.start + (rows - 1) * bank.row_hop + (bank.each - 1) * bank.hop;
        if (iq.len < (last + bank.folds * channels) * sample_bytes) {
            PyErr_Format(PyExc_ValueError, "iq holds %zd samples where %zd are needed",
                         iq.len / sample_bytes, last + bank.folds * channels);
            goto done;
        }
        bank.samples.parts = full != 0.0f ? NULL : iq.buf;
        bank.samples.codes = iq.buf;
        set_scale(&bank.samples, zero, full);
        fill(&bank.dc, dc_re, dc_im);
        bank.window = floats(&window, 2 * bank.folds * channels, "window");
        bank.twiddles = floats(&twiddles, 2 * channels, "twiddles");
        if (!bank.window || !bank.twiddles)
            goto done;
        cells = PyMem_Calloc(2 * (size_t)channels, sizeof(Cell));
        if (!cells) {
            PyErr_NoMemory();
            goto done;
        }
        bank_powers(&bank, rows, out.buf, cells, cells + channels);
    }
    answer = Py_NewRef(Py_None);
done:
    PyMem_Free(cells);
    PyBuffer_Release(&iq);
    PyBuffer_Release(&window);
    PyBuffer_Release(&twiddles);
    PyBuffer_Release(&out);
    return answer;
}
