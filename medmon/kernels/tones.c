/* What a shifted carrier does: see tones.py. */
#include "codes.h"
#include "lanes.h"
#include "waves.h"
#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586
#define MOST_LENGTH 64
/* A carrier is a product of a table of so many samples and of one value for each such run. */
#define RUN 256

typedef struct {
    float *re, *im; /* the signal turned by a tone, half a chip of silence before and behind */
    float table_re[RUN], table_im[RUN];
} Turned;

INLINE void turn_by(const float *restrict iq, Py_ssize_t count, double turns, Turned *turned,
                    float *restrict re, float *restrict im)
{
    /* Each is the one before turned once more: a sine of its own would cost more than all the rest. */
    double x = 1, y = 0, by_x = cos(TWO_PI * turns), by_y = -sin(TWO_PI * turns);
    for (int k = 0; k < RUN; k++) {
        turned->table_re[k] = (float)x;
        turned->table_im[k] = (float)y;
        double next = x * by_x - y * by_y;
        y = x * by_y + y * by_x;
        x = next;
    }
    for (Py_ssize_t first = 0; first < count; first += RUN) {
        double phase = TWO_PI * fmod(turns * (double)first, 1.0);
        float slow_re = (float)cos(phase), slow_im = (float)-sin(phase);
        int some = count - first < RUN ? (int)(count - first) : RUN, k = 0;
        const float *from = iq + 2 * first;
        for (; k + 4 <= some; k += 4) {
            Quad one = *(const Quad *)(from + 2 * k), two = *(const Quad *)(from + 2 * k + 4);
            Quad a = SHUFFLED(one, two, 0, 2, 4, 6), b = SHUFFLED(one, two, 1, 3, 5, 7);
            Quad p = *(const Quad *)(turned->table_re + k), q = *(const Quad *)(turned->table_im + k);
            Quad u = p * slow_re - q * slow_im, v = p * slow_im + q * slow_re;
            *(Quad *)(re + first + k) = a * u - b * v;
            *(Quad *)(im + first + k) = a * v + b * u;
        }
        for (; k < some; k++) {
            float p = turned->table_re[k], q = turned->table_im[k];
            float u = p * slow_re - q * slow_im, v = p * slow_im + q * slow_re;
            re[first + k] = from[2 * k] * u - from[2 * k + 1] * v;
            im[first + k] = from[2 * k] * v + from[2 * k + 1] * u;
        }
    }
}

/* Add the power of the mean over each chip's length, or take it off. */
INLINE void add_power(const float *restrict re, const float *restrict im, Py_ssize_t count,
                      int length, float each, float *restrict out)
{
    for (Py_ssize_t i = 0; i < count; i++)
        out[i] += power_of_sum(re + i, im + i, length) * each;
}

FOR_EVERY_PROCESSOR
static void contrast(const float *iq, Py_ssize_t count, int length, const double *tones,
                     Turned *turned, float *out)
{
    memset(out, 0, (size_t)count * sizeof(float));
    for (int tone = 0; tone < 2; tone++) {
        float each = (tone ? -1.0f : 1.0f) / (float)(length * length);
        turn_by(iq, count, tones[tone], turned, turned->re + length / 2, turned->im + length / 2);
        if (length == 8) /* a constant, so that the sums are vectors */
            add_power(turned->re, turned->im, count, 8, each, out);
        else
            add_power(turned->re, turned->im, count, length, each, out);
    }
}

PyObject *tone_contrast(PyObject *self, PyObject *args)
{
    Py_buffer iq, out;
    Turned turned;
    int length;
    double tones[2];
    (void)self;
    if (!PyArg_ParseTuple(args, "y*iddw*", &iq, &length, &tones[0], &tones[1], &out))
        return NULL;
    PyObject *answer = NULL;
    float *memory = NULL;
    Py_ssize_t count = out.len / (Py_ssize_t)sizeof(float);
    if (length < 1 || length > MOST_LENGTH) {
        PyErr_SetString(PyExc_ValueError, "a chip has one to 64 samples");
        goto done;
    }
    if (!floats(&iq, 2 * count, "iq"))
        goto done;
    memory = PyMem_Calloc((size_t)(count + length) * 2, sizeof(float));
    if (!memory) {
        PyErr_NoMemory();
        goto done;
    }
    turned.re = memory;
    turned.im = memory + count + length;
    contrast(iq.buf, count, length, tones, &turned, out.buf);
    answer = Py_NewRef(Py_None);
done:
    PyMem_Free(memory);
    PyBuffer_Release(&iq);
    PyBuffer_Release(&out);
    return answer;
}

/* The angle of a point: a Chebyshev fit of the arc tangent on the eighth of a circle, whose own error
 * is 1e-7, as large as that of single precision. */
INLINE float angle_of(float x, float y)
{
    float wide = fabsf(x), high = fabsf(y);
    float large = wide > high ? wide : high, small = wide > high ? high : wide;
    float t = large > 0 ? small / large : 0, s = t * t;
    float angle = -0.0046687733f;
    angle = angle * s + 0.0241661895f;
    angle = angle * s - 0.0593671008f;
    angle = angle * s + 0.0990609690f;
    angle = angle * s - 0.1401658504f;
    angle = angle * s + 0.1996923539f;
    angle = angle * s - 0.3333195972f;
    angle = (angle * s + 0.9999998978f) * t;
    angle = high > wide ? 1.57079633f - angle : angle;
    angle = x < 0 ? 3.14159265f - angle : angle;
    return y < 0 ? -angle : angle;
}

FOR_EVERY_PROCESSOR
static void measure_turns(const float *restrict iq, Py_ssize_t steps, float *restrict out)
{
    for (Py_ssize_t i = 0; i < steps; i++) {
        float a = iq[2 * i], b = iq[2 * i + 1], c = iq[2 * i + 2], d = iq[2 * i + 3];
        out[i] = angle_of(a * c + b * d, a * d - b * c);
    }
}

PyObject *phase_steps(PyObject *self, PyObject *args)
{
    Py_buffer iq, out;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*", &iq, &out))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t steps = out.len / (Py_ssize_t)sizeof(float);
    if (!steps || floats(&iq, 2 * (steps + 1), "iq")) {
        measure_turns(iq.buf, steps, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&iq);
    PyBuffer_Release(&out);
    return answer;
}
