/* The loops over samples that numpy cannot do in one pass. The modules beside this file say the same
 * in numpy; tests/kernels holds the two together, and medmon runs without this one.
 *
 * Plain C99 and Python's stable ABI: one wheel for each platform serves every Python. Arrays come
 * in through the buffer protocol and are checked here, because a wrong length must be an error and
 * never a crash.
 */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <string.h>

/* Frames that are transformed side by side: each step of the transform is then one vector
 * operation for all of them, whatever the size of the transform. */
#define LANES 8
#define MOST_CHANNELS 1024

/* Where the linker can choose at start-up, the same C is compiled for wider vector units too. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("default", "avx2")))
#define INLINE static inline __attribute__((always_inline))
#else
#define FOR_EVERY_PROCESSOR
#define INLINE static inline
#endif

/* One number of every lane; an extension of C that GCC and Clang share. */
typedef float Lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(16)));

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

/* The same, anywhere in memory. */
typedef float Some __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

typedef unsigned char Bytes __attribute__((vector_size(16), aligned(1)));

typedef unsigned short Halves __attribute__((vector_size(LANES * sizeof(short))));
typedef int Wholes __attribute__((vector_size(LANES * sizeof(int))));

typedef float Quad __attribute__((vector_size(4 * sizeof(float)), aligned(4)));

#if defined(__clang__)
#define SHUFFLED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define SHUFFLED_BYTES SHUFFLED
#define SHUFFLED_HALVES SHUFFLED
#else
typedef int Places __attribute__((vector_size(4 * sizeof(int))));
#define SHUFFLED(a, b, ...) __builtin_shuffle(a, b, (Places){__VA_ARGS__})
#define SHUFFLED_BYTES(a, b, ...) __builtin_shuffle(a, b, (Bytes){__VA_ARGS__})
#define SHUFFLED_HALVES(a, b, ...) __builtin_shuffle(a, b, (Halves){__VA_ARGS__})
#endif

/* Samples are floats, or bytes of which `zero` means nothing. */
typedef struct {
    const float *parts;
    const unsigned char *codes;
    float zero, coarse, fine;
} Samples;

/* A quotient costs four times a product. One over the full scale stands in two pieces, of which the
 * coarse one has so few bits that its product with a code is exact; the sum of both products is then
 * the rounded quotient itself, for every code of a byte (tests/kernels/test_codes.py tries all). */
static void set_scale(Samples *samples, float zero, float full)
{
    unsigned bits;
    samples->zero = zero;
    samples->coarse = 1.0f / full;
    memcpy(&bits, &samples->coarse, sizeof bits);
    bits &= ~0xfffu;
    memcpy(&samples->coarse, &bits, sizeof bits);
    samples->fine = (float)(1.0 / (double)full - (double)samples->coarse);
}

typedef struct {
    Samples samples;
    const float *window, *twiddles;
    Lanes dc;
    Py_ssize_t start, hop, row_hop;
    int each, channels;
} Bank;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low byte of a number comes first here; elsewhere numpy does the work"
#endif

/* A float of 2^15 has eight bits for whole numbers in the second of its four bytes: put beside
 * the bytes of 2^15 in this way, a code becomes 2^15 and the code, without a conversion. */
#define CODED 32768.0f
#define CODED_BYTES 0x4700

/* Give sixteen parts from a place on. */
INLINE void widened(const unsigned char *codes, Quad *parts)
{
    const Bytes none = {0}, bytes = *(const Bytes *)codes;
    const Halves high = (Halves){0} + CODED_BYTES;
    Halves low = (Halves)SHUFFLED_BYTES(none, bytes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                        22, 7, 23);
    Halves rest = (Halves)SHUFFLED_BYTES(none, bytes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                         14, 30, 15, 31);
    parts[0] = (Quad)SHUFFLED_HALVES(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
    parts[1] = (Quad)SHUFFLED_HALVES(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
    parts[2] = (Quad)SHUFFLED_HALVES(rest, high, 0, 8, 1, 9, 2, 10, 3, 11);
    parts[3] = (Quad)SHUFFLED_HALVES(rest, high, 4, 12, 5, 13, 6, 14, 7, 15);
}

INLINE Quad quotient(Quad part, Quad zero, Quad coarse, Quad fine)
{
    part -= zero;
    return part * coarse + part * fine;
}

/* Fold a frame, twice as long as there are channels, onto itself behind the window. */
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
    Lanes power[MOST_CHANNELS];
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

/* Give the floats of a buffer, or NULL with an error that says which one was wrong. */
static float *floats(Py_buffer *view, Py_ssize_t at_least, const char *name)
{
    if (view->len < at_least * (Py_ssize_t)sizeof(float)) {
        PyErr_Format(PyExc_ValueError, "%s holds %zd bytes where %zd are needed", name, view->len,
                     at_least * (Py_ssize_t)sizeof(float));
        return NULL;
    }
    return view->buf;
}

static void fill(Lanes *lanes, float even, float odd)
{
    for (int k = 0; k < LANES; k++)
        (*lanes)[k] = k & 1 ? odd : even;
}

static PyObject *frame_powers(PyObject *self, PyObject *args)
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
    Py_ssize_t rows = channels ? out.len / (Py_ssize_t)sizeof(float) / channels : 0;
    Py_ssize_t sample_bytes = full != 0.0f ? 2 : 2 * (Py_ssize_t)sizeof(float);
    if (channels < (full != 0.0f ? LANES : LANES / 2) || channels > MOST_CHANNELS || (channels & (channels - 1))
        || bank.each < 1 || bank.start < 0 || bank.hop < 0 || bank.row_hop < 0) {
        PyErr_SetString(PyExc_ValueError, "channels must be a power of two from 4 (8 for bytes) to 1024, "
                                          "frames a row at least 1, places not negative");
        goto done;
    }
    if (rows) {
        Py_ssize_t last = bank.start + (rows - 1) * bank.row_hop + (bank.each - 1) * bank.hop;
        if (iq.len < (last + 2 * channels) * sample_bytes) {
            PyErr_Format(PyExc_ValueError, "iq holds %zd samples where %zd are needed",
                         iq.len / sample_bytes, last + 2 * channels);
            goto done;
        }
        bank.samples.parts = full != 0.0f ? NULL : iq.buf;
        bank.samples.codes = iq.buf;
        set_scale(&bank.samples, zero, full);
        fill(&bank.dc, dc_re, dc_im);
        bank.window = floats(&window, 4 * channels, "window");
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

/* Values that a lane sums up at a time: few enough for single precision, and for 16 bits of bytes. */
#define RUN 128

typedef struct {
    float most, least;
    double sum[2], squares;
} Level;

FOR_EVERY_PROCESSOR
static void measure(const float *parts, Py_ssize_t count, Level *level)
{
    Lanes most, least;
    fill(&most, parts[0], parts[1]);
    least = most;
    Py_ssize_t whole = count / LANES * LANES;
    for (Py_ssize_t first = 0; first < whole; first += RUN * LANES) {
        Py_ssize_t stop = whole < first + RUN * LANES ? whole : first + RUN * LANES;
        Lanes sum = {0}, squares = {0};
        for (Py_ssize_t i = first; i < stop; i += LANES) {
            Lanes value = *(const Some *)(parts + i);
            sum += value;
            squares += value * value;
            Wholes more = value > most, less = value < least;
            most = (Lanes)((more & (Wholes)value) | (~more & (Wholes)most));
            least = (Lanes)((less & (Wholes)value) | (~less & (Wholes)least));
        }
        for (int k = 0; k < LANES; k++) {
            level->sum[k & 1] += sum[k];
            level->squares += squares[k];
        }
    }
    for (Py_ssize_t i = whole; i < count; i++) {
        level->sum[i & 1] += parts[i];
        level->squares += parts[i] * parts[i];
        most[0] = parts[i] > most[0] ? parts[i] : most[0];
        least[0] = parts[i] < least[0] ? parts[i] : least[0];
    }
    level->most = most[0];
    level->least = least[0];
    for (int k = 1; k < LANES; k++) {
        level->most = most[k] > level->most ? most[k] : level->most;
        level->least = least[k] < level->least ? least[k] : level->least;
    }
}

typedef unsigned char Eight __attribute__((vector_size(LANES), aligned(1)));

/* The same of bytes, but for their ends: whole numbers, so the sums are exact. */
FOR_EVERY_PROCESSOR
static void measure_codes(const unsigned char *codes, Py_ssize_t count, Level *level)
{
    Py_ssize_t whole = count / LANES * LANES;
    for (Py_ssize_t first = 0; first < whole; first += RUN * LANES) {
        Py_ssize_t stop = whole < first + RUN * LANES ? whole : first + RUN * LANES;
        Halves sum = {0};
        Wholes squares = {0};
        for (Py_ssize_t i = first; i < stop; i += LANES) {
            Halves value = __builtin_convertvector(*(const Eight *)(codes + i), Halves);
            sum += value;
            squares += __builtin_convertvector(value * value, Wholes);
        }
        for (int k = 0; k < LANES; k++) {
            level->sum[k & 1] += sum[k];
            level->squares += squares[k];
        }
    }
    for (Py_ssize_t i = whole; i < count; i++) {
        level->sum[i & 1] += codes[i];
        level->squares += codes[i] * codes[i];
    }
}

/* Measure the ends of bytes in one pass, thirty-two at a time: nothing else is asked of them. */
FOR_EVERY_PROCESSOR
static void find_extremes(const unsigned char *codes, Py_ssize_t count, int *most, int *least)
{
    unsigned char high = 0, low = 255;
    for (Py_ssize_t i = 0; i < count; i++) {
        high = codes[i] > high ? codes[i] : high;
        low = codes[i] < low ? codes[i] : low;
    }
    *most = high;
    *least = low;
}

static PyObject *extremes(PyObject *self, PyObject *args)
{
    Py_buffer codes;
    int most, least;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*", &codes))
        return NULL;
    find_extremes(codes.buf, codes.len, &most, &least);
    PyBuffer_Release(&codes);
    return Py_BuildValue("ii", most, least);
}

static PyObject *level(PyObject *self, PyObject *args)
{
    Py_buffer memory;
    int is_codes;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*p", &memory, &is_codes))
        return NULL;
    Py_ssize_t count = memory.len / (is_codes ? 1 : (Py_ssize_t)sizeof(float));
    PyObject *answer = NULL;
    if (count < 2 || count & 1)
        PyErr_SetString(PyExc_ValueError, "I and Q of at least one sample are needed");
    else {
        Level found = {0};
        if (is_codes)
            measure_codes(memory.buf, count, &found);
        else
            measure(memory.buf, count, &found);
        answer = Py_BuildValue("ffddd", found.most, found.least, found.sum[0], found.sum[1],
                               found.squares);
    }
    PyBuffer_Release(&memory);
    return answer;
}

INLINE float largest_of(const Lanes *most, float rest)
{
    for (int k = 0; k < LANES; k++)
        rest = (*most)[k] > rest ? (*most)[k] : rest;
    return rest;
}

/* Each of the two sums adds in the order of its text, so that numpy gives the same bits. `over` and
 * `pairs` have room for the last four rows over the floor, and the sums of each two of them. */
FOR_EVERY_PROCESSOR
static void largest(const float *rows, const float *floor, Py_ssize_t count, int channels,
                    float (*over)[MOST_CHANNELS], float (*pairs)[MOST_CHANNELS], float *found)
{
    Lanes most_wide = {0}, most_long = {0};
    float wide = 0, high = 0;
    for (Py_ssize_t row = 0; row < count; row++) {
        float *here = over[row & 3], *before = over[(row - 1) & 3];
        float *pair = pairs[row & 3], *earlier = pairs[(row - 2) & 3];
        for (int i = 0; i < channels; i++)
            here[i] = rows[row * channels + i] / floor[i];
        if (row >= 1) {
            int i = 0;
            for (int k = 0; k < channels; k++)
                pair[k] = here[k] + before[k];
            for (; i + LANES + 3 <= channels; i += LANES) {
                const float *p = pair + i;
                Lanes sum = (*(const Some *)(p + 3) + *(const Some *)(p + 2))
                            + (*(const Some *)(p + 1) + *(const Some *)p);
                Wholes more = sum > most_wide;
                most_wide = (Lanes)((more & (Wholes)sum) | (~more & (Wholes)most_wide));
            }
            for (; i + 3 < channels; i++) {
                float sum = (pair[i + 3] + pair[i + 2]) + (pair[i + 1] + pair[i]);
                wide = sum > wide ? sum : wide;
            }
        }
        if (row >= 3) {
            int i = 0;
            for (; i + LANES + 1 <= channels; i += LANES) {
                const float *p = pair + i, *e = earlier + i;
                Lanes sum = (*(const Some *)(p + 1) + *(const Some *)(e + 1))
                            + (*(const Some *)p + *(const Some *)e);
                Wholes more = sum > most_long;
                most_long = (Lanes)((more & (Wholes)sum) | (~more & (Wholes)most_long));
            }
            for (; i + 1 < channels; i++) {
                float sum = (pair[i + 1] + earlier[i + 1]) + (pair[i] + earlier[i]);
                high = sum > high ? sum : high;
            }
        }
    }
    found[0] = largest_of(&most_wide, wide);
    found[1] = largest_of(&most_long, high);
}

FOR_EVERY_PROCESSOR
static void average(const float *rows, Py_ssize_t first, Py_ssize_t stop, int channels, float *mean)
{
    memcpy(mean, rows + first * channels, (size_t)channels * sizeof(float));
    for (Py_ssize_t row = first + 1; row < stop; row++)
        for (int i = 0; i < channels; i++)
            mean[i] += rows[row * channels + i];
    for (int i = 0; i < channels; i++)
        mean[i] /= (float)(stop - first);
}

static PyObject *averages(PyObject *self, PyObject *args)
{
    Py_buffer rows, floor, mean;
    Py_ssize_t late;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*nw*", &rows, &floor, &late, &mean))
        return NULL;
    PyObject *answer = NULL;
    float over[4][MOST_CHANNELS], pairs[4][MOST_CHANNELS], found[2];
    Py_ssize_t channels = floor.len / (Py_ssize_t)sizeof(float);
    Py_ssize_t count = channels ? rows.len / floor.len : 0;
    if (channels < 4 || channels > MOST_CHANNELS || count < 4)
        PyErr_SetString(PyExc_ValueError, "four rows of 4 to 1024 channels are needed");
    else if (late < 0 || late >= count || mean.len < floor.len)
        PyErr_SetString(PyExc_ValueError, "a mean of at least one row, and memory for it, are needed");
    else {
        largest(rows.buf, floor.buf, count, (int)channels, over, pairs, found);
        average(rows.buf, late, count, (int)channels, mean.buf);
        answer = Py_BuildValue("ff", found[0], found[1]);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&floor);
    PyBuffer_Release(&mean);
    return answer;
}

/* What a tap leaves of a sample is summed up for its real and its imaginary part apart, in lanes. */
INLINE void add_taps(const float *x, const float *re, const float *im, Lanes *by_re, Lanes *by_im)
{
    Lanes value = *(const Some *)x;
    *by_re += value * *(const Some *)re;
    *by_im += value * *(const Some *)im;
}

INLINE void put_sum(const Lanes *by_re, const Lanes *by_im, float *out)
{
    float sum_re = 0, sum_im = 0;
    for (int k = 0; k < LANES; k += 2) {
        sum_re += (*by_re)[k] - (*by_im)[k + 1];
        sum_im += (*by_re)[k + 1] + (*by_im)[k];
    }
    out[0] = sum_re;
    out[1] = sum_im;
}

FOR_EVERY_PROCESSOR
static void decimated(const float *iq, const float *re, const float *im, Py_ssize_t taps,
                      Py_ssize_t factor, Py_ssize_t count, float *out)
{
    /* Three outputs at a time, because each sum has to wait for its last addition. */
    Py_ssize_t apart = 2 * factor, j = 0;
    for (; j + 3 <= count; j += 3) {
        const float *x = iq + j * apart;
        Lanes by_re[3] = {{0}}, by_im[3] = {{0}};
        for (Py_ssize_t i = 0; i < 2 * taps; i += LANES) {
            add_taps(x + i, re + i, im + i, &by_re[0], &by_im[0]);
            add_taps(x + apart + i, re + i, im + i, &by_re[1], &by_im[1]);
            add_taps(x + 2 * apart + i, re + i, im + i, &by_re[2], &by_im[2]);
        }
        for (int k = 0; k < 3; k++)
            put_sum(&by_re[k], &by_im[k], out + 2 * (j + k));
    }
    for (; j < count; j++) {
        Lanes by_re = {0}, by_im = {0};
        for (Py_ssize_t i = 0; i < 2 * taps; i += LANES)
            add_taps(iq + j * apart + i, re + i, im + i, &by_re, &by_im);
        put_sum(&by_re, &by_im, out + 2 * j);
    }
}

static PyObject *decimate(PyObject *self, PyObject *args)
{
    Py_buffer iq, re, im, out;
    Py_ssize_t factor;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*n", &iq, &re, &im, &out, &factor))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t pair = 2 * (Py_ssize_t)sizeof(float);
    Py_ssize_t taps = re.len / pair, count = out.len / pair;
    if (factor < 1 || 2 * taps % LANES || im.len != re.len)
        PyErr_SetString(PyExc_ValueError, "the factor must be at least 1, the taps a multiple of 4");
    else if (!count || floats(&iq, 2 * ((count - 1) * factor + taps), "iq")) {
        decimated(iq.buf, re.buf, im.buf, taps, factor, count, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&iq);
    PyBuffer_Release(&re);
    PyBuffer_Release(&im);
    PyBuffer_Release(&out);
    return answer;
}

FOR_EVERY_PROCESSOR
static void scaled(const Samples *samples, Py_ssize_t count, float *out)
{
    Quad zero = (Quad){0} + samples->zero, coarse = (Quad){0} + samples->coarse;
    Quad fine = (Quad){0} + samples->fine;
    const unsigned char *codes = samples->codes;
    Py_ssize_t i = 0;
    for (; i + 16 <= count; i += 16) {
        Quad parts[4];
        widened(codes + i, parts);
        for (int k = 0; k < 4; k++)
            *(Quad *)(out + i + 4 * k) = quotient(parts[k], zero + CODED, coarse, fine);
    }
    for (; i < count; i++)
        out[i] = quotient((Quad){(float)codes[i]}, zero, coarse, fine)[0];
}

static PyObject *scale_bytes(PyObject *self, PyObject *args)
{
    Py_buffer codes, out;
    float zero, full;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*ff", &codes, &out, &zero, &full))
        return NULL;
    PyObject *answer = NULL;
    if (floats(&out, codes.len, "out")) {
        Samples samples = {.codes = codes.buf};
        set_scale(&samples, zero, full);
        scaled(&samples, codes.len, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&codes);
    PyBuffer_Release(&out);
    return answer;
}

/* Values that numpy adds up in one go; longer sums are halved until they are as short. A sum here
 * goes in the same order, and gives the same bits. */
#define NUMPY_RUN 128
#define MOST_RUNS 64

/* Put the sums of a run, which is a power of two from 16 on, into place `run`. */
INLINE void add_run(const Samples *samples, Py_ssize_t place, Py_ssize_t count, float *re, float *im)
{
    Quad even = {0}, odd = {0}, zero = (Quad){0} + samples->zero + CODED;
    Quad coarse = (Quad){0} + samples->coarse, fine = (Quad){0} + samples->fine;
    for (Py_ssize_t i = place; i < place + count; i += 16) {
        Quad parts[4];
        if (samples->parts)
            memcpy(parts, samples->parts + i, sizeof parts);
        else {
            widened(samples->codes + i, parts);
            for (int k = 0; k < 4; k++)
                parts[k] = quotient(parts[k], zero, coarse, fine);
        }
        even += parts[0];
        odd += parts[1];
        even += parts[2];
        odd += parts[3];
    }
    *re = (even[0] + even[2]) + (odd[0] + odd[2]);
    *im = (even[1] + even[3]) + (odd[1] + odd[3]);
}

FOR_EVERY_PROCESSOR
static void means(const Samples *samples, Py_ssize_t rows, Py_ssize_t row, Py_ssize_t part, float *out)
{
    Py_ssize_t run = 2 * part < NUMPY_RUN ? 2 * part : NUMPY_RUN;
    for (Py_ssize_t r = 0; r < rows; r++) {
        float re[MOST_RUNS], im[MOST_RUNS];
        Py_ssize_t runs = 2 * part / run;
        for (Py_ssize_t k = 0; k < runs; k++)
            add_run(samples, 2 * r * row + k * run, run, re + k, im + k);
        for (; runs > 1; runs /= 2)
            for (Py_ssize_t k = 0; k < runs / 2; k++) {
                re[k] = re[2 * k] + re[2 * k + 1];
                im[k] = im[2 * k] + im[2 * k + 1];
            }
        out[2 * r] = re[0] / (float)part;
        out[2 * r + 1] = im[0] / (float)part;
    }
}

static PyObject *row_means(PyObject *self, PyObject *args)
{
    Py_buffer memory, out;
    Py_ssize_t row, part;
    float zero, full;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ffw*nn", &memory, &zero, &full, &out, &row, &part))
        return NULL;
    PyObject *answer = NULL;
    Samples samples = {.parts = full != 0.0f ? NULL : memory.buf, .codes = memory.buf};
    Py_ssize_t pair = 2 * (Py_ssize_t)sizeof(float), sample_bytes = full != 0.0f ? 2 : pair;
    Py_ssize_t rows = out.len / pair;
    if (part < 8 || part > MOST_RUNS * NUMPY_RUN / 2 || part & (part - 1) || row < part)
        PyErr_SetString(PyExc_ValueError, "a power of two of samples from 8 to 4096 of a row");
    else if (rows && memory.len < rows * row * sample_bytes)
        PyErr_Format(PyExc_ValueError, "%zd samples where %zd are needed",
                     memory.len / sample_bytes, rows * row);
    else {
        if (full != 0.0f)
            set_scale(&samples, zero, full);
        means(&samples, rows, row, part, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&memory);
    PyBuffer_Release(&out);
    return answer;
}

static PyMethodDef methods[] = {
    {"frame_powers", frame_powers, METH_VARARGS, NULL},
    {"extremes", extremes, METH_VARARGS, NULL},
    {"averages", averages, METH_VARARGS, NULL},
    {"level", level, METH_VARARGS, NULL},
    {"decimate", decimate, METH_VARARGS, NULL},
    {"row_means", row_means, METH_VARARGS, NULL},
    {"scale_bytes", scale_bytes, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "compiled", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_compiled(void)
{
    return PyModule_Create(&module);
}
