/* The value of one rank in every column: see ranks.py. */
#include "lanes.h"
#include <string.h>

#define MOST_RANKS 64

/* Keep the smallest values of a few columns in order; each new one sinks to its place. What is no
 * number is less than nothing and stays out, as in numpy, which puts it last. */
INLINE void rank_columns(const float *rows, Py_ssize_t count, int channels, int width, int rank,
                         float *out)
{
    Lanes kept[MOST_RANKS];
    for (int place = 0; place <= rank; place++)
        kept[place] = (Lanes){0} + __builtin_inff();
    for (Py_ssize_t row = 0; row < count; row++) {
        Lanes next = {0};
        memcpy(&next, rows + row * channels, (size_t)width * sizeof(float));
        int last = row < rank ? (int)row : rank;
        for (int place = 0; place <= last; place++) {
            Lanes here = kept[place];
            Wholes less = next < here;
            kept[place] = (Lanes)((less & (Wholes)next) | (~less & (Wholes)here));
            next = (Lanes)((less & (Wholes)here) | (~less & (Wholes)next));
        }
    }
    memcpy(out, &kept[rank], (size_t)width * sizeof(float));
}

FOR_EVERY_PROCESSOR
static void rank_all(const float *rows, Py_ssize_t count, int channels, int rank, float *out)
{
    int first = 0;
    for (; first + LANES <= channels; first += LANES)
        rank_columns(rows + first, count, channels, LANES, rank, out + first);
    if (first < channels)
        rank_columns(rows + first, count, channels, channels - first, rank, out + first);
}

PyObject *ranked(PyObject *self, PyObject *args)
{
    Py_buffer rows, out;
    int rank;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*iw*", &rows, &rank, &out))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t channels = out.len / (Py_ssize_t)sizeof(float);
    Py_ssize_t count = channels ? rows.len / out.len : 0;
    if (channels < 1 || channels > MOST_CHANNELS)
        PyErr_SetString(PyExc_ValueError, "1 to 1024 columns are needed");
    else if (rank < 0 || rank >= MOST_RANKS || rank >= count)
        PyErr_SetString(PyExc_ValueError, "a rank below 64, and more rows than that, are needed");
    else {
        rank_all(rows.buf, count, (int)channels, rank, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&out);
    return answer;
}
