/* A carrier is turned to zero, and a few outputs of a long filter are made: see decimation.py. The
 * filter is there for several places between two samples, so that the rate may become any other. */
#include "codes.h"
#include "lanes.h"
#include <math.h>

#define TWO_PI 6.283185307179586

/* Samples that are turned at a time: they stay near the processor until the filter has read them. */
#define TILE 2048

typedef struct {
    const float *taps; /* for outputs at so many phases between two samples */
    const float *carrier_re, *carrier_im;
    float *re, *im; /* the tile: turned samples */
    Py_ssize_t tap_count;
    int phases;
    double step, turns;
} Filter;

/* Where an output begins, in samples; and its phase. */
INLINE Py_ssize_t begin_of(const Filter *filter, Py_ssize_t j)
{
    return (Py_ssize_t)(filter->step * (double)j);
}

INLINE const float *taps_of(const Filter *filter, Py_ssize_t j)
{
    double place = filter->step * (double)j;
    int phase = (int)((place - (double)(Py_ssize_t)place) * filter->phases);
    return filter->taps + phase * filter->tap_count;
}

/* Turn samples, and put their parts into two arrays; four at a time, because a vector of eight would
 * be dealt across its halves, which costs more than all the rest. */
INLINE void turn(const Filter *filter, const float *restrict iq, Py_ssize_t count)
{
    const float *restrict by_re = filter->carrier_re, *restrict by_im = filter->carrier_im;
    float *restrict re = filter->re, *restrict im = filter->im;
    Py_ssize_t i = 0;
    for (; i + 4 <= count; i += 4) {
        Quad one = *(const Quad *)(iq + 2 * i), two = *(const Quad *)(iq + 2 * i + 4);
        Quad x = SHUFFLED(one, two, 0, 2, 4, 6), y = SHUFFLED(one, two, 1, 3, 5, 7);
        Quad u = *(const Quad *)(by_re + i), v = *(const Quad *)(by_im + i);
        *(Quad *)(re + i) = x * u - y * v;
        *(Quad *)(im + i) = x * v + y * u;
    }
    for (; i < count; i++) {
        re[i] = iq[2 * i] * by_re[i] - iq[2 * i + 1] * by_im[i];
        im[i] = iq[2 * i] * by_im[i] + iq[2 * i + 1] * by_re[i];
    }
}

INLINE Quad halves(const Lanes *lanes)
{
    const Quad *half = (const Quad *)lanes;
    return half[0] + half[1];
}

/* Add up what is in the lanes of four sums: pairs of neighbours first, all four side by side. */
INLINE Quad totals(const Lanes *a, const Lanes *b, const Lanes *c, const Lanes *d)
{
    Quad one = halves(a), two = halves(b), three = halves(c), four = halves(d);
    Quad low = SHUFFLED(one, two, 0, 4, 2, 6) + SHUFFLED(one, two, 1, 5, 3, 7);
    Quad high = SHUFFLED(three, four, 0, 4, 2, 6) + SHUFFLED(three, four, 1, 5, 3, 7);
    return SHUFFLED(low, high, 0, 1, 4, 5) + SHUFFLED(low, high, 2, 3, 6, 7);
}

/* Some outputs at a time, because each sum has to wait for its last addition. Where there is one
 * phase they share their taps. */
INLINE void put_some(const Filter *filter, int some, int shared, Py_ssize_t j, Py_ssize_t first,
                     float *out)
{
    const float *taps[4], *from_re[4], *from_im[4];
    Lanes re[4] = {{0}}, im[4] = {{0}};
    for (int k = 0; k < some; k++) {
        Py_ssize_t begin = begin_of(filter, j + k) - first;
        from_re[k] = filter->re + begin;
        from_im[k] = filter->im + begin;
        taps[k] = shared ? filter->taps : taps_of(filter, j + k);
    }
    for (Py_ssize_t i = 0; i < filter->tap_count; i += LANES)
        for (int k = 0; k < some; k++) {
            Lanes tap = *(const Some *)(taps[shared ? 0 : k] + i);
            re[k] += tap * *(const Some *)(from_re[k] + i);
            im[k] += tap * *(const Some *)(from_im[k] + i);
        }
    for (int k = 0; k + 1 < some; k += 2)
        *(Quad *)(out + 2 * k) = totals(&re[k], &im[k], &re[k + 1], &im[k + 1]);
    if (some == 1) {
        Quad one = totals(&re[0], &im[0], &re[0], &im[0]);
        out[0] = one[0];
        out[1] = one[1];
    }
}

INLINE void put_all(const Filter *filter, int shared, Py_ssize_t j, Py_ssize_t stop, float *out)
{
    Py_ssize_t first = begin_of(filter, j);
    for (; j + 4 <= stop; j += 4)
        put_some(filter, 4, shared, j, first, out + 2 * j);
    for (; j < stop; j++)
        put_some(filter, 1, shared, j, first, out + 2 * j);
}

INLINE void turn_all(double phase, Py_ssize_t count, float *out)
{
    float re = (float)cos(phase), im = (float)sin(phase);
    for (Py_ssize_t k = 0; k < count; k++) {
        float x = out[2 * k], y = out[2 * k + 1];
        out[2 * k] = x * re - y * im;
        out[2 * k + 1] = x * im + y * re;
    }
}

FOR_EVERY_PROCESSOR
static void decimated(const Filter *filter, const float *iq, Py_ssize_t count, float *out)
{
    Py_ssize_t together = 1 + (Py_ssize_t)(TILE / filter->step);
    for (Py_ssize_t j = 0; j < count; j += together) {
        Py_ssize_t stop = count - j < together ? count : j + together;
        Py_ssize_t first = begin_of(filter, j);
        Py_ssize_t samples = begin_of(filter, stop - 1) - first + filter->tap_count;
        turn(filter, iq + 2 * first, samples);
        if (filter->phases == 1)
            put_all(filter, 1, j, stop, out);
        else
            put_all(filter, 0, j, stop, out);
        /* The carrier was turned from zero on in each tile. */
        if (j)
            turn_all(-TWO_PI * fmod(filter->turns * (double)first, 1.0), stop - j, out + 2 * j);
    }
}

static void turn_carrier(double turns, Py_ssize_t count, float *carrier_re, float *carrier_im)
{
    double re = 1, im = 0, by_re = cos(TWO_PI * turns), by_im = -sin(TWO_PI * turns);
    for (Py_ssize_t i = 0; i < count; i++) {
        carrier_re[i] = (float)re;
        carrier_im[i] = (float)im;
        double next = re * by_re - im * by_im;
        im = re * by_im + im * by_re;
        re = next;
    }
}

/* Tell whether every row reads samples that are there. */
static int are_inside(const Filter *filter, Py_buffer *iq, const Py_buffer *starts,
                      Py_ssize_t count)
{
    const long long *start = starts->buf;
    Py_ssize_t rows = starts->len / (Py_ssize_t)sizeof(long long);
    for (Py_ssize_t row = 0; count && row < rows; row++) {
        if (start[row] < 0 || start[row] > iq->len) {
            PyErr_SetString(PyExc_ValueError, "a row starts before the first sample or behind the last");
            return 0;
        }
        Py_ssize_t last = (Py_ssize_t)start[row] + begin_of(filter, count - 1);
        if (!floats(iq, 2 * (last + filter->tap_count), "iq"))
            return 0;
    }
    return 1;
}

PyObject *decimate(PyObject *self, PyObject *args)
{
    Py_buffer iq, taps, starts, out;
    Filter filter;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*iy*w*dd", &iq, &taps, &filter.phases, &starts, &out,
                          &filter.step, &filter.turns))
        return NULL;
    PyObject *answer = NULL;
    float *memory = NULL;
    Py_ssize_t pair = 2 * (Py_ssize_t)sizeof(float);
    Py_ssize_t rows = starts.len / (Py_ssize_t)sizeof(long long);
    Py_ssize_t count = rows ? out.len / pair / rows : 0;
    const long long *start = starts.buf;
    filter.taps = taps.buf;
    filter.tap_count
        = filter.phases > 0 ? taps.len / (Py_ssize_t)sizeof(float) / filter.phases : 0;
    if (!(filter.step > 1e-3 && filter.step < 1e6) || !filter.tap_count || filter.tap_count % LANES) {
        PyErr_SetString(PyExc_ValueError, "the step must be from 0.001 to 1000000, the taps a multiple of 8");
        goto done;
    }
    if (!are_inside(&filter, &iq, &starts, count))
        goto done;
    Py_ssize_t longest = begin_of(&filter, count);
    longest = (longest < TILE ? longest : TILE) + 1 + filter.tap_count;
    memory = PyMem_Malloc((size_t)longest * 4 * sizeof(float));
    if (!memory) {
        PyErr_NoMemory();
        goto done;
    }
    turn_carrier(filter.turns, longest, memory, memory + longest);
    filter.carrier_re = memory;
    filter.carrier_im = memory + longest;
    filter.re = memory + 2 * longest;
    filter.im = memory + 3 * longest;
    for (Py_ssize_t row = 0; row < rows; row++)
        decimated(&filter, (const float *)iq.buf + 2 * start[row], count,
                  (float *)out.buf + 2 * row * count);
    answer = Py_NewRef(Py_None);
done:
    PyMem_Free(memory);
    PyBuffer_Release(&iq);
    PyBuffer_Release(&taps);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&out);
    return answer;
}
