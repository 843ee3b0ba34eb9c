/* What a waveform holds at the chips of one clock: see chips.py. */
#include "lanes.h"
#include "waves.h"
#include <math.h>

typedef struct {
    const float *wave;
    Py_ssize_t size;
    double first, step;
} Train;

INLINE float chip_at(const Train *train, Py_ssize_t number)
{
    return between(train->wave, train->size, train->first + train->step * (double)number);
}

/* Give the sample nearest to a chip; -1 where there are not `margin` samples to either side. */
INLINE Py_ssize_t sample_of(const Train *train, Py_ssize_t number, Py_ssize_t margin)
{
    double place = rint(train->first + train->step * (double)number);
    return place >= (double)margin && place < (double)(train->size - margin) ? (Py_ssize_t)place : -1;
}

/* A wave is read between two samples; of a complex signal, which has two floats each, at them. */
static int take(Train *train, const Py_buffer *wave, int parts)
{
    train->wave = wave->buf;
    train->size = wave->len / (Py_ssize_t)sizeof(float) / parts;
    if (parts > 1 || train->size > 1)
        return 1;
    PyErr_SetString(PyExc_ValueError, "a wave has two samples at least");
    return 0;
}

PyObject *train_chips(PyObject *self, PyObject *args)
{
    Py_buffer wave, out;
    Train train;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddw*", &wave, &train.first, &train.step, &out))
        return NULL;
    PyObject *answer = NULL;
    if (take(&train, &wave, 1)) {
        Py_ssize_t count = out.len / (Py_ssize_t)sizeof(float);
        for (Py_ssize_t i = 0; i < count; i++)
            ((float *)out.buf)[i] = chip_at(&train, i);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&wave);
    PyBuffer_Release(&out);
    return answer;
}

/* The chips of the wave go against time, those of the pattern with it. */
static Py_ssize_t follow(const Train *train, const char *pattern, Py_ssize_t count, int is_keyed,
                         float worth, double silence)
{
    double gathered = 0, most = 0;
    Py_ssize_t best = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        float chip = chip_at(train, i);
        chip = chip > 1.5f ? 1.5f : chip < -1.5f ? -1.5f : chip;
        int is_mark = pattern[count - 1 - i];
        gathered += is_keyed ? (is_mark ? chip : 0) : (is_mark ? chip : -chip) - worth;
        if (gathered > most) {
            most = gathered;
            best = i + 1;
        }
        if (most - gathered > silence)
            break;
    }
    return best;
}

PyObject *chips_back(PyObject *self, PyObject *args)
{
    Py_buffer wave, pattern;
    Train train;
    int is_keyed;
    float worth;
    double silence;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddy*pfd", &wave, &train.first, &train.step, &pattern, &is_keyed,
                          &worth, &silence))
        return NULL;
    PyObject *answer = NULL;
    if (take(&train, &wave, 1))
        answer = PyLong_FromSsize_t(follow(&train, pattern.buf, pattern.len, is_keyed, worth, silence));
    PyBuffer_Release(&wave);
    PyBuffer_Release(&pattern);
    return answer;
}

#define MOST_BLOCK 64

/* The distance of the chips of a block from the mean of their kind, over half that of the means. */
static double block_scatter(const Train *train, Py_ssize_t start, int block, const char *marks,
                            double least_half)
{
    float chips[MOST_BLOCK];
    double sums[2] = {0, 0}, squares = 0;
    int counts[2] = {0, 0};
    for (int i = 0; i < block; i++) {
        int kind = marks[start + i] != 0;
        chips[i] = chip_at(train, start + i);
        sums[kind] += chips[i];
        counts[kind]++;
    }
    for (int kind = 0; kind < 2; kind++)
        sums[kind] /= counts[kind] ? counts[kind] : 1;
    for (int i = 0; i < block; i++) {
        double off = chips[i] - sums[marks[start + i] != 0];
        squares += off * off;
    }
    double half = (sums[1] - sums[0]) / 2;
    return sqrt(squares / block) / (half > least_half ? half : least_half);
}

PyObject *worst_scatter(PyObject *self, PyObject *args)
{
    Py_buffer wave, marks;
    Train train;
    int block;
    double least_half;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddy*id", &wave, &train.first, &train.step, &marks, &block,
                          &least_half))
        return NULL;
    PyObject *answer = NULL;
    if (block < 1 || block > MOST_BLOCK)
        PyErr_SetString(PyExc_ValueError, "a block has one to 64 chips");
    else if (take(&train, &wave, 1)) {
        double worst = 0;
        for (Py_ssize_t start = 0; start + block <= marks.len; start += block) {
            double found = block_scatter(&train, start, block, marks.buf, least_half);
            worst = found > worst ? found : worst;
        }
        answer = PyFloat_FromDouble(worst);
    }
    PyBuffer_Release(&wave);
    PyBuffer_Release(&marks);
    return answer;
}

#define MOST_REACH 65536

INLINE float energy_of(const float *parts, Py_ssize_t count)
{
    Lanes squares = {0};
    float sum = 0;
    Py_ssize_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        Lanes some = *(const Some *)(parts + i);
        squares += some * some;
    }
    for (; i < count; i++)
        sum += parts[i] * parts[i];
    for (int k = 0; k < LANES; k++)
        sum += squares[k];
    return sum;
}

FOR_EVERY_PROCESSOR
static double power_of(const Train *train, const char *marks, Py_ssize_t count, Py_ssize_t reach)
{
    double total = 0;
    Py_ssize_t used = 0, each = 2 * reach + 1;
    for (Py_ssize_t number = 0; number < count; number++) {
        Py_ssize_t place = marks[number] ? sample_of(train, number, reach) : -1;
        if (place < 0)
            continue;
        total += energy_of(train->wave + 2 * (place - reach), 2 * each);
        used += each;
    }
    return used ? total / (double)used : 0;
}

PyObject *mark_power(PyObject *self, PyObject *args)
{
    Py_buffer iq, marks;
    Train train;
    Py_ssize_t reach;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddy*n", &iq, &train.first, &train.step, &marks, &reach))
        return NULL;
    PyObject *answer = NULL;
    if (reach < 0 || reach > MOST_REACH)
        PyErr_SetString(PyExc_ValueError, "the reach must be from 0 to 65536");
    else if (take(&train, &iq, 2)) {
        answer = PyFloat_FromDouble(power_of(&train, marks.buf, marks.len, reach));
    }
    PyBuffer_Release(&iq);
    PyBuffer_Release(&marks);
    return answer;
}

FOR_EVERY_PROCESSOR
static void add_turns(const Train *train, const char *marks, Py_ssize_t count, Py_ssize_t reach,
                      Py_ssize_t margin, double *re, double *im)
{
    for (Py_ssize_t number = 0; number < count; number++) {
        Py_ssize_t place = sample_of(train, number, margin);
        if (place < 0)
            continue;
        const float *behind = train->wave + 2 * (place - reach), *ahead = train->wave + 2 * (place + reach);
        int kind = marks[number] != 0;
        re[kind] += ahead[0] * behind[0] + ahead[1] * behind[1];
        im[kind] += ahead[1] * behind[0] - ahead[0] * behind[1];
    }
}

PyObject *tone_turns(PyObject *self, PyObject *args)
{
    Py_buffer iq, marks;
    Train train;
    Py_ssize_t reach, margin;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddy*nn", &iq, &train.first, &train.step, &marks, &reach, &margin))
        return NULL;
    PyObject *answer = NULL;
    if (reach < 0 || reach > margin || margin > MOST_REACH)
        PyErr_SetString(PyExc_ValueError, "the reach must be from 0 to the margin, that to 65536");
    else if (take(&train, &iq, 2)) {
        double re[2] = {0, 0}, im[2] = {0, 0};
        add_turns(&train, marks.buf, marks.len, reach, margin, re, im);
        answer = Py_BuildValue("(dddd)", re[0], im[0], re[1], im[1]);
    }
    PyBuffer_Release(&iq);
    PyBuffer_Release(&marks);
    return answer;
}
