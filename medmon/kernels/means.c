/* Means of rows of samples: see means.py. */
#include "codes.h"
#include "lanes.h"
#include <string.h>

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

PyObject *row_means(PyObject *self, PyObject *args)
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
    else if (rows && row > memory.len / sample_bytes / rows)
        PyErr_Format(PyExc_ValueError, "%zd samples where %zd rows of %zd are needed",
                     memory.len / sample_bytes, rows, row);
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
