/* A carrier is turned to zero, and a few outputs of a long filter are made: see decimation.py. The
 * filter is there for several places between two samples, so that the rate may become any other. */
#include "lanes.h"
#include <math.h>

#define TWO_PI 6.283185307179586

/* Samples that are turned at a time: they stay near the processor until the filter has read them. */
#define TILE 2048

typedef struct {
    /* Each tap twice, for outputs at so many phases between two samples; the turning carrier. */
    const float *taps, *turned;
    float *tile;
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
    return filter->taps + 2 * phase * filter->tap_count;
}

INLINE void turn(const float *restrict iq, const float *restrict by, Py_ssize_t count,
                 float *restrict out)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        out[2 * i] = iq[2 * i] * by[2 * i] - iq[2 * i + 1] * by[2 * i + 1];
        out[2 * i + 1] = iq[2 * i] * by[2 * i + 1] + iq[2 * i + 1] * by[2 * i];
    }
}

INLINE void put_sum(const Lanes *sums, float *out)
{
    float re = 0, im = 0;
    for (int k = 0; k < LANES; k += 2) {
        re += (*sums)[k];
        im += (*sums)[k + 1];
    }
    out[0] = re;
    out[1] = im;
}

/* Eight outputs with the same taps at a time, because each sum has to wait for its last addition. */
INLINE void put_eight(const Filter *filter, Py_ssize_t j, Py_ssize_t first, float *out)
{
    const float *x = filter->tile + 2 * (begin_of(filter, j) - first), *taps = filter->taps;
    Py_ssize_t apart = 2 * (Py_ssize_t)filter->step;
    Lanes sums[8] = {{0}};
    for (Py_ssize_t i = 0; i < 2 * filter->tap_count; i += LANES) {
        Lanes tap = *(const Some *)(taps + i);
        for (int k = 0; k < 8; k++)
            sums[k] += tap * *(const Some *)(x + k * apart + i);
    }
    for (int k = 0; k < 8; k++)
        put_sum(&sums[k], out + 2 * k);
}

/* Four of which each has taps of its own. */
INLINE void put_four(const Filter *filter, Py_ssize_t j, Py_ssize_t first, float *out)
{
    const float *x[4], *taps[4];
    Lanes sums[4] = {{0}};
    for (int k = 0; k < 4; k++) {
        x[k] = filter->tile + 2 * (begin_of(filter, j + k) - first);
        taps[k] = taps_of(filter, j + k);
    }
    for (Py_ssize_t i = 0; i < 2 * filter->tap_count; i += LANES)
        for (int k = 0; k < 4; k++)
            sums[k] += *(const Some *)(taps[k] + i) * *(const Some *)(x[k] + i);
    for (int k = 0; k < 4; k++)
        put_sum(&sums[k], out + 2 * k);
}

INLINE void put_one(const Filter *filter, Py_ssize_t j, Py_ssize_t first, float *out)
{
    const float *x = filter->tile + 2 * (begin_of(filter, j) - first), *taps = taps_of(filter, j);
    Lanes sums = {0};
    for (Py_ssize_t i = 0; i < 2 * filter->tap_count; i += LANES)
        sums += *(const Some *)(taps + i) * *(const Some *)(x + i);
    put_sum(&sums, out);
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
        turn(iq + 2 * first, filter->turned, samples, filter->tile);
        Py_ssize_t k = j;
        for (; filter->phases == 1 && k + 8 <= stop; k += 8)
            put_eight(filter, k, first, out + 2 * k);
        for (; k + 4 <= stop; k += 4)
            put_four(filter, k, first, out + 2 * k);
        for (; k < stop; k++)
            put_one(filter, k, first, out + 2 * k);
        /* The carrier was turned from zero on in each tile. */
        if (j)
            turn_all(-TWO_PI * fmod(filter->turns * (double)first, 1.0), stop - j, out + 2 * j);
    }
}

static void turn_carrier(double turns, Py_ssize_t count, float *out)
{
    double re = 1, im = 0, by_re = cos(TWO_PI * turns), by_im = -sin(TWO_PI * turns);
    for (Py_ssize_t i = 0; i < count; i++) {
        out[2 * i] = (float)re;
        out[2 * i + 1] = (float)im;
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
        if (start[row] < 0) {
            PyErr_SetString(PyExc_ValueError, "a row starts before the first sample");
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
    filter.tap_count = filter.phases > 0 ? taps.len / pair / filter.phases : 0;
    if (!(filter.step > 0 && filter.step < 1e6) || !filter.tap_count
        || 2 * filter.tap_count % LANES
        || (filter.phases == 1 && filter.step != (double)(Py_ssize_t)filter.step)) {
        PyErr_SetString(PyExc_ValueError, "the step must be positive, whole where there is one phase, "
                                          "the taps a multiple of 4");
        goto done;
    }
    if (!are_inside(&filter, &iq, &starts, count))
        goto done;
    Py_ssize_t longest = begin_of(&filter, count);
    longest = (longest < TILE ? longest : TILE) + 1 + filter.tap_count;
    memory = PyMem_Malloc((size_t)(2 * longest) * 2 * sizeof(float));
    if (!memory) {
        PyErr_NoMemory();
        goto done;
    }
    turn_carrier(filter.turns, longest, memory);
    filter.turned = memory;
    filter.tile = memory + 2 * longest;
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
