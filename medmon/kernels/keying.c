/* When a carrier is on, and how strong it is then: see keying.py. */
#include "codes.h"
#include "lanes.h"
#include "waves.h"
#include <math.h>

#define MOST_LENGTH 64

/* Put the parts of samples into two arrays; the sums run over neighbours of one kind. */
INLINE void part(const float *restrict iq, Py_ssize_t count, float *restrict re, float *restrict im)
{
    Py_ssize_t i = 0;
    for (; i + 4 <= count; i += 4) {
        Quad one = *(const Quad *)(iq + 2 * i), two = *(const Quad *)(iq + 2 * i + 4);
        *(Quad *)(re + i) = SHUFFLED(one, two, 0, 2, 4, 6);
        *(Quad *)(im + i) = SHUFFLED(one, two, 1, 3, 5, 7);
    }
    for (; i < count; i++) {
        re[i] = iq[2 * i];
        im[i] = iq[2 * i + 1];
    }
}

INLINE void sum_up(const float *restrict re, const float *restrict im, Py_ssize_t count, int length,
                   float *restrict out)
{
    float each = 1 / (float)(length * length);
    for (Py_ssize_t i = 0; i < count; i++)
        out[i] = power_of_sum(re + i, im + i, length) * each;
}

FOR_EVERY_PROCESSOR
static void measure(const float *iq, Py_ssize_t count, int length, float *re, float *im, float *out)
{
    part(iq, count, re + length / 2, im + length / 2);
    if (length == 8) /* constants, so that the sums are vectors */
        sum_up(re, im, count, 8, out);
    else if (length == 4)
        sum_up(re, im, count, 4, out);
    else
        sum_up(re, im, count, length, out);
}

PyObject *mean_powers(PyObject *self, PyObject *args)
{
    Py_buffer iq, out;
    int length;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*iw*", &iq, &length, &out))
        return NULL;
    PyObject *answer = NULL;
    float *memory = NULL;
    Py_ssize_t count = out.len / (Py_ssize_t)sizeof(float);
    if (length < 1 || length > MOST_LENGTH) {
        PyErr_SetString(PyExc_ValueError, "a window has one to 64 samples");
        goto done;
    }
    if (!floats(&iq, 2 * count, "iq"))
        goto done;
    memory = PyMem_Calloc((size_t)(count + length) * 2, sizeof(float));
    if (!memory) {
        PyErr_NoMemory();
        goto done;
    }
    measure(iq.buf, count, length, memory, memory + count + length, out.buf);
    answer = Py_NewRef(Py_None);
done:
    PyMem_Free(memory);
    PyBuffer_Release(&iq);
    PyBuffer_Release(&out);
    return answer;
}

/* Amplitude is straighter than power on an edge, so a crossing is interpolated there. */
static double crossing(Py_ssize_t before, double low, double high, double threshold)
{
    double height = sqrt(low);
    return (double)before + (sqrt(threshold) - height) / (sqrt(high) - height);
}

PyObject *crossings(PyObject *self, PyObject *args)
{
    Py_buffer power, out;
    double threshold;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*dw*", &power, &threshold, &out))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t count = power.len / (Py_ssize_t)sizeof(float), found = 0;
    const float *value = power.buf;
    double *place = out.buf;
    if (out.len / (Py_ssize_t)sizeof(double) < count + 1) {
        PyErr_SetString(PyExc_ValueError, "out must have room for one place more than there are powers");
        goto done;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        int is_over = value[i] > threshold;
        if (is_over != (int)(found & 1)) {
            place[found++] = crossing(i - 1, i ? value[i - 1] : 0.0, value[i], threshold);
        }
    }
    if (found & 1) {
        place[found] = crossing(count - 1, value[count - 1], 0.0, threshold);
        found++;
    }
    answer = PyLong_FromSsize_t(found);
done:
    PyBuffer_Release(&power);
    PyBuffer_Release(&out);
    return answer;
}

FOR_EVERY_PROCESSOR
static double level_of(const float *restrict iq, const float *restrict power, Py_ssize_t count,
                       float threshold)
{
    double total = 0;
    Py_ssize_t on = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        float raw = iq[2 * i] * iq[2 * i] + iq[2 * i + 1] * iq[2 * i + 1];
        int is_on = power[i] > threshold;
        total += is_on ? (double)raw : 0.0;
        on += is_on;
    }
    return on ? total / (double)on : 0.0;
}

PyObject *level_over(PyObject *self, PyObject *args)
{
    Py_buffer iq, power;
    float threshold;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*f", &iq, &power, &threshold))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t count = power.len / (Py_ssize_t)sizeof(float);
    if (floats(&iq, 2 * count, "iq"))
        answer = PyFloat_FromDouble(level_of(iq.buf, power.buf, count, threshold));
    PyBuffer_Release(&iq);
    PyBuffer_Release(&power);
    return answer;
}
