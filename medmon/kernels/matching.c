/* A sync word against every place of a waveform: see matching.py. */
#include "lanes.h"
#include <math.h>

typedef struct {
    const float *wave, *chips;
    int count, apart;
    float total, norm, flat;
} Word;

/* Places of which the sums are kept before they become coefficients. */
#define TOGETHER 256

typedef struct {
    float marks[TOGETHER], sum[TOGETHER], squares[TOGETHER];
} Sums;

/* Eight neighbouring places at a time, chip by chip. */
INLINE void sum_up(const Word *word, const float *wave, int i, Sums *sums)
{
    Lanes marks = {0}, sum = {0}, squares = {0};
    for (int k = 0; k < word->count; k++) {
        Lanes value = *(const Some *)(wave + i + (Py_ssize_t)k * word->apart);
        marks += value * word->chips[k];
        sum += value;
        squares += value * value;
    }
    *(Some *)(sums->marks + i) = marks;
    *(Some *)(sums->sum + i) = sum;
    *(Some *)(sums->squares + i) = squares;
}

/* Four times eight places at a time, because each sum has to wait for its last addition. */
INLINE void sum_marks(const Word *word, const float *wave, int some, float *out)
{
    Lanes marks[4] = {{0}};
    for (int k = 0; k < word->count; k++)
        for (int n = 0; n < some; n++)
            marks[n] += *(const Some *)(wave + (k + n) * LANES) * word->chips[k];
    for (int n = 0; n < some; n++)
        *(Some *)(out + n * LANES) = marks[n];
}

typedef double Doubles __attribute__((vector_size(LANES * sizeof(double)), aligned(16)));

/* All neighbours of one run, where chips are as far apart as there are lanes: a chip on, one has come
 * and one has gone. Sums are in double precision, so that a loud one leaves no more than rounding
 * when it goes. */
INLINE void slide(const Word *word, const float *wave, int count, Sums *sums)
{
    int place = 0;
    for (; place + 4 * LANES <= count; place += 4 * LANES)
        sum_marks(word, wave + place, 4, sums->marks + place);
    for (; place + LANES <= count; place += LANES)
        sum_marks(word, wave + place, 1, sums->marks + place);
    Doubles sum = {0}, squares = {0};
    for (int k = 0; k + 1 < word->count; k++) {
        Doubles value = __builtin_convertvector(*(const Some *)(wave + k * LANES), Doubles);
        sum += value;
        squares += value * value;
    }
    for (int i = 0; i + LANES <= count; i += LANES) {
        const float *from = wave + i;
        const float *last = from + (word->count - 1) * LANES;
        Doubles come = __builtin_convertvector(*(const Some *)last, Doubles);
        Doubles gone = __builtin_convertvector(*(const Some *)from, Doubles);
        sum += come;
        squares += come * come;
        *(Some *)(sums->sum + i) = __builtin_convertvector(sum, Some);
        *(Some *)(sums->squares + i) = __builtin_convertvector(squares, Some);
        sum -= gone;
        squares -= gone * gone;
    }
}

INLINE void put_coefficients(const Word *word, const Sums *sums, int count, float *restrict out)
{
    float each = 1 / (float)word->count, flat = word->flat * word->flat;
    for (int i = 0; i < count; i++) {
        float mean = sums->sum[i] * each, power = sums->squares[i] * each;
        float spread = power - mean * mean, least = flat * power;
        least = least > 1e-24f ? least : 1e-24f;
        spread = spread > least ? spread : least;
        out[i] = (sums->marks[i] - word->total * mean) / (word->norm * sqrtf(spread));
    }
}

FOR_EVERY_PROCESSOR
static void match_all(const Word *word, Py_ssize_t places, float *out)
{
    Sums sums;
    for (Py_ssize_t first = 0; first < places; first += TOGETHER) {
        int count = places - first < TOGETHER ? (int)(places - first) : TOGETHER;
        /* The last eight reach back, because behind the last place nothing may be read. */
        if (count < LANES) {
            first = places - LANES;
            count = LANES;
        }
        if (word->apart == LANES)
            slide(word, word->wave + first, count, &sums);
        for (int i = word->apart == LANES ? count - count % LANES : 0; i < count; i += LANES)
            sum_up(word, word->wave + first, i + LANES <= count ? i : count - LANES, &sums);
        put_coefficients(word, &sums, count, out + first);
    }
}

PyObject *sync_matches(PyObject *self, PyObject *args)
{
    Py_buffer wave, chips, out;
    Word word;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*iffw*", &wave, &chips, &word.apart, &word.norm, &word.flat,
                          &out))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t places = out.len / (Py_ssize_t)sizeof(float);
    word.wave = wave.buf;
    word.chips = chips.buf;
    word.count = (int)(chips.len / (Py_ssize_t)sizeof(float));
    word.total = 0;
    for (int k = 0; k < word.count; k++)
        word.total += word.chips[k];
    if (word.apart < 1 || word.count < 1 || places < LANES)
        PyErr_SetString(PyExc_ValueError, "chips must be there, and eight places at least");
    else if (floats(&wave, places + (Py_ssize_t)(word.count - 1) * word.apart, "wave")) {
        match_all(&word, places, out.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&wave);
    PyBuffer_Release(&chips);
    PyBuffer_Release(&out);
    return answer;
}
