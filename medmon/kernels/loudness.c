/* How loud samples are: see loudness.py. */
#include "codes.h"
#include "lanes.h"

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

PyObject *extremes(PyObject *self, PyObject *args)
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

PyObject *level(PyObject *self, PyObject *args)
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
