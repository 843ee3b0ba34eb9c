/* Where the edges of a waveform are, and how they rise: see edges.py. */
#include "order.h"
#include <math.h>

PyObject *chip_levels(PyObject *self, PyObject *args)
{
    Py_buffer wave, marks;
    double first, step;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddy*", &wave, &first, &step, &marks))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t size = wave.len / (Py_ssize_t)sizeof(float), counts[2] = {0, 0};
    double *values = PyMem_Malloc((size_t)(marks.len + 1) * 2 * sizeof(double));
    if (values) {
        double *kinds[2] = {values, values + marks.len};
        for (Py_ssize_t number = 0; number < marks.len; number++) {
            double place = rint(first + step * (double)number);
            int kind = ((const char *)marks.buf)[number] != 0;
            if (place >= 0 && place < (double)size)
                kinds[kind][counts[kind]++] = ((const float *)wave.buf)[(Py_ssize_t)place];
        }
        double levels[2];
        for (int kind = 0; kind < 2; kind++)
            levels[kind] = counts[kind] ? upper_median(kinds[kind], counts[kind]) : NAN;
        answer = Py_BuildValue("(dd)", levels[0], levels[1]);
        PyMem_Free(values);
    } else
        PyErr_NoMemory();
    PyBuffer_Release(&wave);
    PyBuffer_Release(&marks);
    return answer;
}

typedef struct {
    const float *wave;
    const double *places;
    const long long *numbers;
    const char *rising;
    Py_ssize_t size, count;
    double reach, low, high;
} Edges;

/* The area of the wave from one place to another; sample i fills the time from i - 1/2 to i + 1/2. */
INLINE double area_of(const float *wave, double begin, double end)
{
    Py_ssize_t first = (Py_ssize_t)(begin + 0.5), last = (Py_ssize_t)(end + 0.5);
    double total = wave[last] * (end + 0.5 - (double)last) - wave[first] * (begin + 0.5 - (double)first);
    for (Py_ssize_t i = first; i < last; i++)
        total += wave[i];
    return total;
}

static int measure_delays(const Edges *edges, double *delays)
{
    for (Py_ssize_t i = 0; i < edges->count; i++) {
        double begin = edges->places[i] - edges->reach, end = edges->places[i] + edges->reach;
        if (!(begin + 0.5 >= 0 && begin <= end && end + 0.5 < (double)edges->size)) {
            PyErr_SetString(PyExc_ValueError, "an edge and its surroundings must lie within the wave");
            return 0;
        }
        double area = area_of(edges->wave, begin, end) - 2 * edges->reach * edges->low;
        area /= edges->high - edges->low;
        /* A rising edge that is late by d leaves the area reach - d, a falling one reach + d. */
        delays[i] = edges->rising[i] ? edges->reach - area : area - edges->reach;
    }
    return 1;
}

/* Put a straight line, and a shift of rising against falling edges, through the first `used` delays:
 * the normal equations, eliminated without pivoting because their matrix is definite. */
static void fit_line(const double *along, const double *sides, const double *delays, Py_ssize_t used,
                     double trace, double *line)
{
    double sums[3][4] = {{(double)used + trace}, {0, trace}, {0, 0, trace}};
    for (Py_ssize_t i = 0; i < used; i++) {
        double row[3] = {1.0, along[i], sides[i]};
        sums[0][1] += row[1];
        sums[0][2] += row[2];
        sums[1][1] += row[1] * row[1];
        sums[1][2] += row[1] * row[2];
        sums[2][2] += 1.0;
        for (int k = 0; k < 3; k++)
            sums[k][3] += row[k] * delays[i];
    }
    sums[1][0] = sums[0][1];
    sums[2][0] = sums[0][2];
    sums[2][1] = sums[1][2];
    for (int k = 0; k < 2; k++)
        for (int j = k + 1; j < 3; j++) {
            double part = sums[j][k] / sums[k][k];
            for (int m = k; m < 4; m++)
                sums[j][m] -= part * sums[k][m];
        }
    for (int k = 2; k >= 0; k--) {
        line[k] = sums[k][3];
        for (int m = k + 1; m < 3; m++)
            line[k] -= sums[k][m] * line[m];
        line[k] /= sums[k][k];
    }
}

/* Keep the edges that lie less than the reach from the middle one, and draw the line through them. */
static PyObject *drawn_line(const Edges *edges, double *memory, Py_ssize_t least, double trace)
{
    double *delays = memory, *along = memory + edges->count, *sides = memory + 2 * edges->count;
    if (!measure_delays(edges, delays))
        return NULL;
    for (Py_ssize_t i = 0; i < edges->count; i++)
        along[i] = delays[i];
    double middle = edges->count ? upper_median(along, edges->count) : 0;
    double last = edges->count ? (double)edges->numbers[edges->count - 1] : 1;
    Py_ssize_t used = 0;
    for (Py_ssize_t i = 0; i < edges->count; i++)
        if (fabs(delays[i] - middle) < edges->reach) {
            delays[used] = delays[i];
            along[used] = (double)edges->numbers[i] / last;
            sides[used++] = edges->rising[i] ? 1.0 : -1.0;
        }
    if (used < least)
        return Py_NewRef(Py_None);
    double line[3], squares = 0;
    fit_line(along, sides, delays, used, trace, line);
    for (Py_ssize_t i = 0; i < used; i++) {
        double rest = delays[i] - line[0] - line[1] * along[i] - line[2] * sides[i];
        squares += rest * rest;
    }
    /* The end of a line is known half as well as its middle. */
    return Py_BuildValue("(ddd)", line[0], line[1] / last, 2 * sqrt(squares) / (double)used);
}

PyObject *edge_line(PyObject *self, PyObject *args)
{
    Py_buffer wave, places, numbers, rising;
    Edges edges;
    Py_ssize_t least;
    double trace;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*dddnd", &wave, &places, &numbers, &rising, &edges.reach,
                          &edges.low, &edges.high, &least, &trace))
        return NULL;
    PyObject *answer = NULL;
    edges.wave = wave.buf;
    edges.places = places.buf;
    edges.numbers = numbers.buf;
    edges.rising = rising.buf;
    edges.size = wave.len / (Py_ssize_t)sizeof(float);
    edges.count = rising.len;
    double *memory = NULL;
    if (places.len / (Py_ssize_t)sizeof(double) != edges.count
        || numbers.len / (Py_ssize_t)sizeof(long long) != edges.count || least < 3)
        PyErr_SetString(PyExc_ValueError, "each edge has a place and a number, a line three edges");
    else if (!(memory = PyMem_Malloc((size_t)(edges.count + 1) * 3 * sizeof(double))))
        PyErr_NoMemory();
    else
        answer = drawn_line(&edges, memory, least, trace);
    PyMem_Free(memory);
    PyBuffer_Release(&wave);
    PyBuffer_Release(&places);
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&rising);
    return answer;
}

typedef struct {
    const float *iq;
    const double *firsts;
    Py_ssize_t rows, width;
    double apart;
    int lags, tail;
} Glimpses;

/* Add the real part of one row, turned so that its tail is real, at every lag. */
INLINE void add_row(const Glimpses *near, Py_ssize_t row, float *turned, double *out)
{
    const float *iq = near->iq + 2 * row * near->width;
    double first = near->firsts[row];
    float re = 0, im = 0;
    for (int lag = near->lags - near->tail; lag < near->lags; lag++) {
        double place = first + near->apart * lag;
        const float *left = iq + 2 * (Py_ssize_t)place;
        float part = (float)(place - (double)(Py_ssize_t)place);
        re += left[0] + part * (left[2] - left[0]);
        im += left[1] + part * (left[3] - left[1]);
    }
    for (Py_ssize_t i = 0; i < near->width; i++)
        turned[i] = (iq[2 * i] * re + iq[2 * i + 1] * im) / (float)near->tail;
    /* Places in whole numbers of 2^-32 samples: adding them up is faster than converting each. */
    long long place = (long long)(first * 4294967296.0);
    long long step = (long long)(near->apart * 4294967296.0);
    for (int lag = 0; lag < near->lags; lag++, place += step) {
        const float *left = turned + (place >> 32);
        float part = (float)(int)((unsigned int)place >> 8) * (1.0f / 16777216.0f);
        out[lag] += left[0] + part * (left[1] - left[0]);
    }
}

FOR_EVERY_PROCESSOR
static void add_rows(const Glimpses *near, float *turned, double *out)
{
    for (int lag = 0; lag < near->lags; lag++)
        out[lag] = 0;
    for (Py_ssize_t row = 0; row < near->rows; row++)
        add_row(near, row, turned, out);
    for (int lag = 0; lag < near->lags; lag++)
        out[lag] /= (double)near->rows;
}

static int are_within(const Glimpses *near)
{
    for (Py_ssize_t row = 0; row < near->rows; row++) {
        double last = near->firsts[row] + near->apart * (near->lags - 1);
        if (!(near->firsts[row] >= 0 && last < (double)(near->width - 1)))
            return 0;
    }
    return near->rows > 0 && near->apart > 0;
}

PyObject *mean_edge(PyObject *self, PyObject *args)
{
    Py_buffer iq, firsts, out;
    Glimpses near;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*diw*", &iq, &firsts, &near.apart, &near.tail, &out))
        return NULL;
    PyObject *answer = NULL;
    float *turned = NULL;
    Py_ssize_t lags = out.len / (Py_ssize_t)sizeof(double);
    near.iq = iq.buf;
    near.firsts = firsts.buf;
    near.rows = firsts.len / (Py_ssize_t)sizeof(double);
    near.width = near.rows ? iq.len / (2 * (Py_ssize_t)sizeof(float)) / near.rows : 0;
    near.lags = lags <= 4096 ? (int)lags : 0;
    if (near.tail < 1 || near.tail > near.lags || !are_within(&near))
        PyErr_SetString(PyExc_ValueError, "the lags of every row must lie within it, 4096 at most");
    else if (!(turned = PyMem_Malloc((size_t)near.width * sizeof(float))))
        PyErr_NoMemory();
    else {
        add_rows(&near, turned, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyMem_Free(turned);
    PyBuffer_Release(&iq);
    PyBuffer_Release(&firsts);
    PyBuffer_Release(&out);
    return answer;
}
