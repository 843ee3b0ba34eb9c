/* How well the chips of many clocks fit a line code: see clock.py. */
#include "lanes.h"
#include "waves.h"

#define MOST_WIDTH 8

typedef struct {
    const float *wave, *words;
    Py_ssize_t size, symbols;
    int width, word_count;
} Code;

/* Read the chips at one place of a symbol, of every symbol. */
INLINE void read_chips(const Code *code, double first, double apart, float *restrict chips)
{
    double last = first + apart * (double)(code->symbols - 1);
    double behind = (double)(code->size - 1);
    if (!(first >= 0 && last >= 0 && first < behind && last < behind)) {
        for (Py_ssize_t i = 0; i < code->symbols; i++)
            chips[i] = between(code->wave, code->size, first + apart * (double)i);
        return;
    }
    /* Places in whole numbers of 2^-32 samples: adding them up is faster than converting each. */
    const float *restrict wave = code->wave;
    long long place = (long long)(first * 4294967296.0), step = (long long)(apart * 4294967296.0);
    for (Py_ssize_t i = 0; i < code->symbols; i++, place += step) {
        const float *left = wave + (place >> 32);
        float part = (float)(int)((unsigned int)place >> 8) * (1.0f / 16777216.0f);
        chips[i] = left[0] + part * (left[1] - left[0]);
    }
}

/* The width is a constant wherever this is called, so that the chips stay in registers. Of two
 * opposite words the better one is the magnitude of the one. */
INLINE Lanes best_word(const Code *code, const Lanes *chips, int width)
{
    Lanes best = {0};
    int opposite = code->word_count == 2;
    for (int word = 0; word < (opposite ? 1 : code->word_count); word++) {
        Lanes sum = {0};
        for (int place = 0; place < width; place++)
            sum += chips[place] * code->words[word * width + place];
        Lanes least = word ? best : opposite ? -sum : sum;
        Wholes better = sum > least;
        best = (Lanes)((better & (Wholes)sum) | (~better & (Wholes)least));
    }
    return best;
}

/* Add up the fit of every symbol; `rows` holds the chips of one clock, place by place. */
INLINE double clock_score(const Code *code, int width, double first, double step, float *rows,
                          Py_ssize_t padded)
{
    for (int place = 0; place < width; place++)
        read_chips(code, first + step * place, step * width, rows + place * padded);
    double total = 0;
    for (Py_ssize_t i = 0; i < padded; i += LANES) {
        Lanes chips[MOST_WIDTH];
        for (int place = 0; place < width; place++)
            chips[place] = *(const Some *)(rows + place * padded + i);
        Lanes best = best_word(code, chips, width);
        /* Behind the last symbol stand zeros, which fit every word by nothing. */
        float sum = 0;
        for (int k = 0; k < LANES; k++)
            sum += best[k];
        total += sum;
    }
    return total;
}

typedef struct {
    const double *phases, *rates;
    Py_ssize_t phase_count, rate_count;
} Clocks;

INLINE void score_width(const Code *code, int width, const Clocks *clocks, float *rows,
                        Py_ssize_t padded, float *out)
{
    for (Py_ssize_t i = 0; i < clocks->phase_count; i++)
        for (Py_ssize_t j = 0; j < clocks->rate_count; j++)
            *out++ = (float)(clock_score(code, width, clocks->phases[i], clocks->rates[j], rows,
                                         padded) / width);
}

FOR_EVERY_PROCESSOR
static void score_all(const Code *code, const Clocks *clocks, float *rows, Py_ssize_t padded,
                      float *out)
{
    if (code->width == 1)
        score_width(code, 1, clocks, rows, padded, out);
    else if (code->width == 2)
        score_width(code, 2, clocks, rows, padded, out);
    else if (code->width == 6)
        score_width(code, 6, clocks, rows, padded, out);
    else
        score_width(code, code->width, clocks, rows, padded, out);
}

static int is_sound(Code *code, const Py_buffer *wave, const Py_buffer *words)
{
    code->wave = wave->buf;
    code->size = wave->len / (Py_ssize_t)sizeof(float);
    code->words = words->buf;
    if (code->width < 1 || code->width > MOST_WIDTH || code->symbols < 0 || code->size < 2) {
        PyErr_SetString(PyExc_ValueError, "a symbol has one to eight chips, a wave two samples");
        return 0;
    }
    code->word_count = (int)(words->len / (Py_ssize_t)sizeof(float) / code->width);
    return 1;
}

PyObject *clock_scores(PyObject *self, PyObject *args)
{
    Py_buffer wave, phases, rates, words, out;
    Code code;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*inw*", &wave, &phases, &rates, &words, &code.width,
                          &code.symbols, &out))
        return NULL;
    PyObject *answer = NULL;
    float *rows = NULL;
    Py_ssize_t phase_count = phases.len / (Py_ssize_t)sizeof(double);
    Py_ssize_t rate_count = rates.len / (Py_ssize_t)sizeof(double);
    Py_ssize_t padded = (code.symbols + LANES - 1) / LANES * LANES;
    if (!is_sound(&code, &wave, &words) || !floats(&out, phase_count * rate_count, "out"))
        goto done;
    rows = PyMem_Calloc((size_t)(padded * code.width) + LANES, sizeof(float));
    if (!rows) {
        PyErr_NoMemory();
        goto done;
    }
    Clocks clocks = {phases.buf, rates.buf, phase_count, rate_count};
    score_all(&code, &clocks, rows, padded, out.buf);
    answer = Py_NewRef(Py_None);
done:
    PyMem_Free(rows);
    PyBuffer_Release(&wave);
    PyBuffer_Release(&phases);
    PyBuffer_Release(&rates);
    PyBuffer_Release(&words);
    PyBuffer_Release(&out);
    return answer;
}

/* One clock: its chips in the order of the air, and the fit of each symbol. */
INLINE void read_width(const Code *code, int width, double first, double step, float *chips,
                       float *fits)
{
    for (Py_ssize_t i = 0; i < code->symbols; i += LANES) {
        Lanes rows[MOST_WIDTH] = {{0}};
        int count = code->symbols - i < LANES ? (int)(code->symbols - i) : LANES;
        for (int k = 0; k < count; k++)
            for (int place = 0; place < width; place++) {
                Py_ssize_t number = (i + k) * width + place;
                rows[place][k] = chips[number] = between(code->wave, code->size, first + step * (double)number);
            }
        Lanes best = best_word(code, rows, width);
        for (int k = 0; k < count; k++)
            fits[i + k] = best[k] / (float)width;
    }
}

FOR_EVERY_PROCESSOR
static void read_all(const Code *code, double first, double step, float *chips, float *fits)
{
    if (code->width == 1)
        read_width(code, 1, first, step, chips, fits);
    else if (code->width == 2)
        read_width(code, 2, first, step, chips, fits);
    else if (code->width == 6)
        read_width(code, 6, first, step, chips, fits);
    else
        read_width(code, code->width, first, step, chips, fits);
}

PyObject *clock_chips(PyObject *self, PyObject *args)
{
    Py_buffer wave, words, chips, fits;
    Code code;
    double first, step;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*ddy*iw*w*", &wave, &first, &step, &words, &code.width, &chips,
                          &fits))
        return NULL;
    PyObject *answer = NULL;
    code.symbols = fits.len / (Py_ssize_t)sizeof(float);
    if (is_sound(&code, &wave, &words) && floats(&chips, code.symbols * code.width, "chips")) {
        read_all(&code, first, step, chips.buf, fits.buf);
        answer = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&wave);
    PyBuffer_Release(&words);
    PyBuffer_Release(&chips);
    PyBuffer_Release(&fits);
    return answer;
}

/* Where the first look that is too poor begins; behind all of them where none is. */
static Py_ssize_t poor_look(const float *fits, Py_ssize_t count, Py_ssize_t look, double least)
{
    double sum = 0;
    for (Py_ssize_t i = 0; i < look; i++)
        sum += fits[i];
    for (Py_ssize_t i = 0; i + look <= count; i++) {
        if (sum < least * (double)look)
            return i;
        sum -= fits[i];
        if (i + look < count)
            sum += fits[i + look];
    }
    return count;
}

PyObject *last_fit(PyObject *self, PyObject *args)
{
    Py_buffer buffer;
    int look;
    double least;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*id", &buffer, &look, &least))
        return NULL;
    Py_ssize_t count = buffer.len / (Py_ssize_t)sizeof(float), last = 0;
    const float *fits = buffer.buf;
    if (look < 1) {
        PyBuffer_Release(&buffer);
        PyErr_SetString(PyExc_ValueError, "a look has one symbol at least");
        return NULL;
    }
    Py_ssize_t poor = count < look ? 0 : poor_look(fits, count, look, least);
    if (count >= look && poor == count)
        last = count;
    else if (count >= look) {
        Py_ssize_t first = poor > look ? poor - look : 0;
        Py_ssize_t stop = count - first < 3 * look ? count : first + 3 * look;
        double sum = 0, most = 0;
        last = first;
        for (Py_ssize_t i = first; i < stop; i++) {
            sum += (double)fits[i] - least;
            if (sum > most) {
                most = sum;
                last = i + 1;
            }
        }
    }
    PyBuffer_Release(&buffer);
    return PyLong_FromSsize_t(last);
}
