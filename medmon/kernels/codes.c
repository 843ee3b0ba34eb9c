/* Bytes become floats: see codes.py. */
#include "codes.h"
#include "lanes.h"

FOR_EVERY_PROCESSOR
static void scaled(const Samples *samples, Py_ssize_t count, Quad dc, float *out)
{
    Quad zero = (Quad){0} + samples->zero, coarse = (Quad){0} + samples->coarse;
    Quad fine = (Quad){0} + samples->fine;
    const unsigned char *codes = samples->codes;
    Py_ssize_t i = 0;
    for (; i + 16 <= count; i += 16) {
        Quad parts[4];
        widened(codes + i, parts);
        for (int k = 0; k < 4; k++)
            *(Quad *)(out + i + 4 * k) = quotient(parts[k], zero + CODED, coarse, fine) - dc;
    }
    for (; i < count; i++)
        out[i] = quotient((Quad){(float)codes[i]}, zero, coarse, fine)[0] - dc[i & 1];
}

PyObject *scale_bytes(PyObject *self, PyObject *args)
{
    Py_buffer codes, out;
    float zero, full, re, im;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*ffff", &codes, &out, &zero, &full, &re, &im))
        return NULL;
    PyObject *answer = NULL;
    if (floats(&out, codes.len, "out")) {
        Samples samples = {.codes = codes.buf};
        set_scale(&samples, zero, full);
        scaled(&samples, codes.len, (Quad){re, im, re, im}, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&codes);
    PyBuffer_Release(&out);
    return answer;
}
