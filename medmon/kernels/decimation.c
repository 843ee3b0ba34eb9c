/* A carrier is turned to zero, and a few outputs of a long filter are made: see decimation.py. */
#include "lanes.h"
#include <math.h>

#define TWO_PI 6.283185307179586

/* Samples that are turned at a time: they stay near the processor until the filter has read them. */
#define TILE 2048

typedef struct {
    const float *taps, *turned; /* each tap twice; the turning carrier from a phase of zero on */
    float *tile;
    Py_ssize_t tap_count, factor;
    double turns;
} Filter;

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

INLINE void filtered(const Filter *filter, Py_ssize_t count, float *out)
{
    /* Eight outputs at a time, because each sum has to wait for its last addition. */
    Py_ssize_t apart = 2 * filter->factor, j = 0;
    for (; j + 8 <= count; j += 8) {
        const float *x = filter->tile + j * apart;
        Lanes sums[8] = {{0}};
        for (Py_ssize_t i = 0; i < 2 * filter->tap_count; i += LANES) {
            Lanes tap = *(const Some *)(filter->taps + i);
            for (int k = 0; k < 8; k++)
                sums[k] += tap * *(const Some *)(x + k * apart + i);
        }
        for (int k = 0; k < 8; k++)
            put_sum(&sums[k], out + 2 * (j + k));
    }
    for (; j < count; j++) {
        Lanes sums = {0};
        for (Py_ssize_t i = 0; i < 2 * filter->tap_count; i += LANES)
            sums += *(const Some *)(filter->taps + i)
                    * *(const Some *)(filter->tile + j * apart + i);
        put_sum(&sums, out + 2 * j);
    }
}

FOR_EVERY_PROCESSOR
static void decimated(const Filter *filter, const float *iq, Py_ssize_t count, float *out)
{
    Py_ssize_t together = 1 + TILE / filter->factor;
    for (Py_ssize_t j = 0; j < count; j += together) {
        Py_ssize_t some = count - j < together ? count - j : together;
        Py_ssize_t samples = (some - 1) * filter->factor + filter->tap_count;
        turn(iq + 2 * j * filter->factor, filter->turned, samples, filter->tile);
        filtered(filter, some, out + 2 * j);
        if (!j)
            continue;
        /* The carrier was turned from zero on in each tile. */
        double phase = -TWO_PI * fmod(filter->turns * (double)(j * filter->factor), 1.0);
        float re = (float)cos(phase), im = (float)sin(phase);
        for (Py_ssize_t k = j; k < j + some; k++) {
            float x = out[2 * k], y = out[2 * k + 1];
            out[2 * k] = x * re - y * im;
            out[2 * k + 1] = x * im + y * re;
        }
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

PyObject *decimate(PyObject *self, PyObject *args)
{
    Py_buffer iq, taps, starts, out;
    Filter filter;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*nd", &iq, &taps, &starts, &out, &filter.factor,
                          &filter.turns))
        return NULL;
    PyObject *answer = NULL;
    float *memory = NULL;
    Py_ssize_t pair = 2 * (Py_ssize_t)sizeof(float);
    Py_ssize_t rows = starts.len / (Py_ssize_t)sizeof(long long);
    Py_ssize_t count = rows ? out.len / pair / rows : 0;
    const long long *start = starts.buf;
    filter.taps = taps.buf;
    filter.tap_count = taps.len / pair;
    if (filter.factor < 1 || filter.factor > 1 << 20 || 2 * filter.tap_count % LANES) {
        PyErr_SetString(PyExc_ValueError, "the factor must be at least 1, the taps a multiple of 4");
        goto done;
    }
    for (Py_ssize_t row = 0; count && row < rows; row++) {
        if (start[row] < 0) {
            PyErr_SetString(PyExc_ValueError, "a row starts before the first sample");
            goto done;
        }
        if (!floats(&iq, 2 * ((Py_ssize_t)start[row] + (count - 1) * filter.factor
                              + filter.tap_count), "iq"))
            goto done;
    }
    Py_ssize_t longest = (count ? count - 1 : 0) * filter.factor;
    longest = (longest < TILE ? longest : TILE) + filter.tap_count;
    memory = PyMem_Malloc((size_t)(2 * longest) * 2 * sizeof(float));
    if (!memory) {
        PyErr_NoMemory();
        goto done;
    }
    turn_carrier(filter.turns, longest, memory);
    filter.turned = memory;
    filter.tile = memory + 2 * longest;
    for (Py_ssize_t row = 0; count && row < rows; row++)
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
