/* The distributions over one generator. The includer defines:
 *   GENERATOR         its type
 *   SINGLE            the name of the table of single values
 *   LEGACY            1 for RandomState's formulas, 0 for Generator's; they differ where Generator
 *                     was improved after its stream was frozen
 *   DOUBLE(g), WORD(g), DRAW(g)     uniform on [0, 1); 32 and 64 bits
 *   NORMAL(g), EXPONENTIAL(g)       the standard ones
 *
 * The loops are loop_<distribution>. Order and form of every floating-point operation decide the
 * last bit, so they are NumPy's. */

#define PI 3.14159265358979323846

/* A conversion that is defined for all values: `other` where int64 has none. */
static int64_t to_whole(double value, int64_t other)
{
    return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : other;
}

/* ---- Gamma and what is made of it ------------------------------------------------------------ */

#define REAL double
#define FUNCTION(name) name
#define UNIFORM(g) DOUBLE(g)
#include "random/gamma_tmpl.h"

static double chisquare(GENERATOR *g, double df)
{
    return 2.0 * standard_gamma(g, df / 2.0);
}

/* Both at most 1: Joehnk 1964. Else of two gammas. */
static double beta(GENERATOR *g, double a, double b)
{
    const double tiny = 3e-103; /* below, results strictly between 0 and 1 are out of reach */
    if (a > 1 || b > 1 || isnan(a) || isnan(b)) {
        const double first = standard_gamma(g, a), second = standard_gamma(g, b);
        return first / (first + second);
    }
    if (!LEGACY && a < tiny && b < tiny)
        return (a + b) * DOUBLE(g) < a;
    for (;;) {
        const double u = DOUBLE(g), v = DOUBLE(g);
        const double x = pow(u, 1.0 / a), y = pow(v, 1.0 / b), sum = x + y;
        if (sum > 1 || !(LEGACY || u + v > 0))
            continue;
        if (LEGACY ? sum > 0 : x > 0 && y > 0)
            return x / sum;
        double log_x = log(u) / a, log_y = log(v) / b; /* powers that underflow */
        if (LEGACY) {
            const double larger = log_x > log_y ? log_x : log_y;
            log_x -= larger;
            log_y -= larger;
            return exp(log_x - log(exp(log_x) + exp(log_y)));
        }
        const double delta = log_x - log_y;
        return delta > 0 ? exp(-log1p(exp(-delta))) : exp(delta - log1p(exp(delta)));
    }
}

static double f_ratio(GENERATOR *g, double numerator_df, double denominator_df)
{
    const double above = chisquare(g, numerator_df) * denominator_df;
    return above / (chisquare(g, denominator_df) * numerator_df);
}

static double student_t(GENERATOR *g, double df)
{
    const double normal = NORMAL(g), gamma = standard_gamma(g, df / 2);
    return sqrt(df / 2) * normal / sqrt(gamma);
}

/* ---- Poisson --------------------------------------------------------------------------------- */

/* log(gamma(x)) by Stirling's series, shifted up to 7 (Zhang and Jin, "Computation of Special
 * Functions", 1996): as accurate as NumPy's, no more. */
static double log_gamma(double x)
{
    static const double series[10] = {8.333333333333333e-02, -2.777777777777778e-03,
                                      7.936507936507937e-04, -5.952380952380952e-04,
                                      8.417508417508418e-04, -1.917526917526918e-03,
                                      6.410256410256410e-03, -2.955065359477124e-02,
                                      1.796443723688307e-01, -1.39243221690590e+00};
    if (x == 1 || x == 2)
        return 0;
    const int64_t shift = x < 7 ? (int64_t)(7 - x) : 0;
    double at = x + (double)shift, sum = series[9];
    const double square = (1.0 / at) * (1.0 / at);
    for (int k = 8; k >= 0; k--) {
        sum *= square;
        sum += series[k];
    }
    double result = sum / at + 0.5 * 1.8378770664093453 + (at - 0.5) * log(at) - at;
    for (int64_t k = 0; k < shift; k++) {
        result -= log(at - 1.0);
        at -= 1.0;
    }
    return result;
}

/* From 10 on by transformed rejection (Hoermann 1993, PTRS). */
static int64_t poisson_transformed(GENERATOR *g, double lam)
{
    const double root = sqrt(lam), logarithm = log(lam), b = 0.931 + 2.53 * root,
                 a = -0.059 + 0.02483 * b, inverse_alpha = 1.1239 + 1.1328 / (b - 3.4),
                 accepted = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        const double u = DOUBLE(g) - 0.5, v = DOUBLE(g), us = 0.5 - fabs(u);
        const int64_t k = to_whole(floor((2 * a / us + b) * u + lam + 0.43), INT64_MIN);
        if (us >= 0.07 && v <= accepted)
            return k;
        if (k < 0 || (us < 0.013 && v > us))
            continue;
        if (log(v) + log(inverse_alpha) - log(a / (us * us) + b) <=
            -lam + (double)k * logarithm - log_gamma((double)k + 1))
            return k;
    }
}

static int64_t poisson(GENERATOR *g, double lam)
{
    if (lam >= 10)
        return poisson_transformed(g, lam);
    if (lam == 0)
        return 0;
    const double least = exp(-lam);
    int64_t count = 0;
    for (double product = DOUBLE(g); product > least; product *= DOUBLE(g))
        count++;
    return count;
}

static double noncentral_chisquare(GENERATOR *g, double df, double nonc)
{
    if (!LEGACY && isnan(nonc))
        return NAN;
    if (nonc == 0)
        return chisquare(g, df);
    if (df > 1) {
        const double rest = chisquare(g, df - 1), n = NORMAL(g) + sqrt(nonc);
        return rest + n * n;
    }
    const int64_t i = poisson(g, nonc / 2.0);
    const double value = chisquare(g, df + 2 * (double)i);
    return isnan(nonc) ? NAN : value;
}

static double noncentral_f(GENERATOR *g, double numerator_df, double denominator_df, double nonc)
{
    const double above = noncentral_chisquare(g, numerator_df, nonc) * denominator_df;
    return above / (chisquare(g, denominator_df) * numerator_df);
}

static int64_t negative_binomial(GENERATOR *g, double n, double p)
{
    return poisson(g, (1 - p) / p * standard_gamma(g, n));
}

/* ---- Binomial -------------------------------------------------------------------------------- */

static int64_t binomial_by_inversion(GENERATOR *g, const ndi_binomial *b)
{
    for (;;) { /* until the sum of probabilities passes u, within the bound */
        double u = DOUBLE(g), probability = b->none;
        int64_t x = 0;
        while (u > probability && ++x <= b->bound) {
            u -= probability;
            probability = (double)(b->n - x + 1) * b->p * probability / ((double)x * b->q);
        }
        if (x <= b->bound)
            return x;
    }
}

/* A term of Stirling's correction. NumPy's has 13680 where Kachitvichyanukul and Schmeiser have
 * 13860, and adds all four terms: what it decides differently is far out in the tails. */
static double stirling(double x)
{
    const double square = x * x;
    return (13680. - (462. - (132. - (99. - 140. / square) / square) / square) / square) / x /
           166320.;
}

/* Whether y, with v under the hat, is a value of the distribution. */
static bool binomial_accepts(const ndi_binomial *b, int64_t y, double v)
{
    const int64_t m = b->centre, k = y > m ? y - m : m - y;
    if (k <= 20 || (double)k >= b->npq / 2.0 - 1) { /* the ratio of probabilities, explicitly */
        const double s = b->r / b->q, a = s * (double)(b->n + 1);
        double ratio = 1;
        for (int64_t i = m + 1; i <= y; i++)
            ratio *= a / (double)i - s;
        for (int64_t i = y + 1; i <= m; i++)
            ratio /= a / (double)i - s;
        return !(v > ratio);
    }
    const double distance = (double)k;
    const double rho = (distance / b->npq) *
                       ((distance * (distance / 3.0 + 0.625) + 0.16666666666666666) / b->npq + 0.5);
    const double t = -distance * distance / (2 * b->npq), logarithm = log(v);
    if (logarithm < t - rho)
        return true;
    if (logarithm > t + rho)
        return false;
    const double x1 = (double)y + 1, f1 = (double)m + 1, z = (double)b->n + 1 - (double)m,
                 w = (double)b->n - (double)y + 1;
    const double body = b->middle * log(f1 / x1) + ((double)(b->n - m) + 0.5) * log(z / w) +
                        (double)(y - m) * log(w * b->r / (x1 * b->q));
    return !(logarithm > body + stirling(f1) + stirling(z) + stirling(x1) + stirling(w));
}

/* Kachitvichyanukul and Schmeiser 1988 (BTPE): a triangle, two parallelograms, two tails. */
static int64_t binomial_by_rejection(GENERATOR *g, const ndi_binomial *b)
{
    for (;;) {
        const double u = DOUBLE(g) * b->area[3];
        double v = DOUBLE(g);
        int64_t y;
        if (u <= b->area[0])
            return (int64_t)floor(b->middle - b->half_width * v + u);
        if (u <= b->area[1]) {
            const double x = b->left + (u - b->half_width) / b->c;
            v = v * b->c + 1.0 - fabs((double)b->centre - x + 0.5) / b->half_width;
            if (v > 1)
                continue;
            y = (int64_t)floor(x);
        } else if (u <= b->area[2]) {
            if (v == 0)
                continue;
            y = (int64_t)floor(b->left + log(v) / b->left_rate);
            if (y < 0)
                continue;
            v = v * (u - b->area[1]) * b->left_rate;
        } else {
            if (v == 0)
                continue;
            y = (int64_t)floor(b->right - log(v) / b->right_rate);
            if (y > b->n)
                continue;
            v = v * (u - b->area[2]) * b->right_rate;
        }
        if (binomial_accepts(b, y, v))
            return y;
    }
}

static int64_t binomial(GENERATOR *g, const ndi_binomial *b)
{
    if (!LEGACY && (b->n == 0 || (b->p == 0 && !b->mirrored)))
        return 0;
    const int64_t count =
        b->by_inversion ? binomial_by_inversion(g, b) : binomial_by_rejection(g, b);
    return b->mirrored ? b->n - count : count;
}

/* ---- Other discrete ones --------------------------------------------------------------------- */

static int64_t geometric(GENERATOR *g, double p)
{
    if (p < 1.0 / 3.0) {
        if (LEGACY)
            return to_whole(ceil(log1p(-DOUBLE(g)) / log(1 - p)), INT64_MIN);
        return to_whole(ceil(-EXPONENTIAL(g) / log1p(-p)), INT64_MAX);
    }
    const double u = DOUBLE(g), q = 1.0 - p;
    int64_t count = 1;
    for (double sum = p, product = p; u > sum; count++) {
        product *= q;
        sum += product;
    }
    return count;
}

/* Devroye 1986, p. 551. Values that int64 does not hold are drawn again. */
static int64_t zipf(GENERATOR *g, double a)
{
    const double exponent = a - 1.0, b = pow(2.0, exponent);
    const double least = pow(0x1p63, -exponent); /* smaller u give values out of range */
    if (a >= 1025)                               /* b would overflow, and all else be improbable */
        return 1;
    for (;;) {
        const double first = DOUBLE(g);
        const double u = LEGACY ? 1.0 - first : first * least + (1 - first), v = DOUBLE(g);
        const double x = floor(pow(u, -1.0 / exponent));
        if (x > 0x1p63 || x < 1)
            continue;
        const double t = pow(1.0 + 1.0 / x, exponent);
        if (v * x * (t - 1.0) / (b - 1.0) <= t / b)
            return to_whole(x, INT64_MIN);
    }
}

/* Kemp 1981 (LK). */
static int64_t logseries(GENERATOR *g, double p)
{
    const double r = LEGACY ? log(1.0 - p) : log1p(-p);
    for (;;) {
        const double v = DOUBLE(g);
        if (v >= p)
            return 1;
        const double u = DOUBLE(g), q = LEGACY ? 1.0 - exp(r * u) : -expm1(r * u);
        if (v > q * q)
            return v >= q ? 1 : 2;
        const double value = floor(1 + log(v) / log(q));
        if (value >= 1 && v != 0)
            return (int64_t)value;
    }
}

/* Uniform on 0..last, by masks. */
static uint64_t below_masked(GENERATOR *g, uint64_t last)
{
    if (last == 0)
        return 0;
    const uint64_t mask = ~(uint64_t)0 >> __builtin_clzll(last);
    uint64_t value;
    do
        value = (last <= UINT32_MAX ? WORD(g) : DRAW(g)) & mask;
    while (value > last);
    return value;
}

#if LEGACY
#define LOG_FACTORIAL(k) log_gamma((double)((k) + 1))
#else
#define LOG_FACTORIAL(k) log_factorial(k)

/* Stirling's series where there is no table of sums. */
static double log_factorial(int64_t k)
{
    const double x = (double)k;
    if (k < NDI_LOG_FACTORIALS)
        return ndi_log_factorials[k];
    return (x + 0.5) * log(x) - x +
           (0.9189385332046728 + (1.0 / x) * (1 / 12.0 - 1 / (360.0 * x * x)));
}

/* Items one by one, of the smaller of the sample and what it leaves. */
static int64_t hypergeometric_by_items(GENERATOR *g, int64_t good, int64_t bad, int64_t sample)
{
    int64_t total = good + bad, left = good;
    const bool complement = sample > total / 2;
    int64_t wanted = complement ? total - sample : sample;
    while (wanted > 0 && left > 0 && total > left) {
        total--;
        if ((int64_t)below_masked(g, (uint64_t)total) < left)
            left--;
        wanted--;
    }
    if (total == left)
        left -= wanted;
    return complement ? left : good - left;
}
#endif

/* Stadlober 1990 (HRUA): the ratio of uniforms under a table mountain. */
static int64_t hypergeometric_by_ratio(GENERATOR *g, int64_t good, int64_t bad, int64_t sample)
{
    const int64_t total = good + bad, fewer = good < bad ? good : bad,
                  more = good < bad ? bad : good,
                  drawn = sample < total - sample ? sample : total - sample;
    const double share = (double)fewer / (double)total,
                 other = LEGACY ? 1.0 - share : (double)more / (double)total;
    const double start = (double)drawn * share + 0.5;
    const double scale =
        LEGACY
            ? sqrt((double)(total - drawn) * (double)sample * share * other / (double)(total - 1) +
                   0.5)
            : sqrt((double)(total - drawn) * (double)drawn * share * other / (double)(total - 1) +
                   0.5);
    const double width = 1.7155277699214135 * scale + 0.8989161620588988; /* of sqrt(2 / e) */
    const int64_t mode =
        (int64_t)floor((double)(drawn + 1) * (double)(fewer + 1) / (double)(total + 2));
    const double at_mode = LOG_FACTORIAL(mode) + LOG_FACTORIAL(fewer - mode) +
                           LOG_FACTORIAL(drawn - mode) + LOG_FACTORIAL(more - drawn + mode);
    const double support = (double)(drawn < fewer ? drawn : fewer) + 1.0,
                 far = floor(start + 16 * scale), end = support < far ? support : far;
    int64_t k;
    for (;;) {
        const double u = DOUBLE(g), v = DOUBLE(g), x = start + width * (v - 0.5) / u;
        if (!(x >= 0 && x < end))
            continue;
        k = (int64_t)floor(x);
        const double t = at_mode - (LOG_FACTORIAL(k) + LOG_FACTORIAL(fewer - k) +
                                    LOG_FACTORIAL(drawn - k) + LOG_FACTORIAL(more - drawn + k));
        if (u * (4.0 - u) - 3.0 <= t)
            break;
        if (u * (u - t) >= 1)
            continue;
        if (2.0 * log(u) <= t)
            break;
    }
    if (good > bad)
        k = drawn - k;
    return drawn < sample ? good - k : k;
}

static int64_t hypergeometric(GENERATOR *g, int64_t good, int64_t bad, int64_t sample)
{
#if LEGACY
    if (sample > 10)
        return hypergeometric_by_ratio(g, good, bad, sample);
    if (sample <= 0)
        return 0;
    const double fewer = (double)(good < bad ? good : bad);
    const int64_t rest = good + bad - sample;
    double left = fewer;
    for (int64_t k = sample; left > 0 && k > 0; k--)
        left -= floor(DOUBLE(g) + left / (double)(rest + k));
    const int64_t count = (int64_t)(fewer - left);
    return good > bad ? sample - count : count;
#else
    if (sample >= 10 && sample <= good + bad - 10)
        return hypergeometric_by_ratio(g, good, bad, sample);
    return hypergeometric_by_items(g, good, bad, sample);
#endif
}

/* ---- Other continuous ones ------------------------------------------------------------------- */

/* Best and Fisher 1979; a normal one where kappa is so large that the circle does not matter. */
static double vonmises(GENERATOR *g, double mu, double kappa)
{
    if (isnan(kappa))
        return NAN;
    if (kappa < 1e-8)
        return PI * (2 * DOUBLE(g) - 1);
    double s = 0, w;
    if (kappa < 1e-5) {
        s = 1.0 / kappa + kappa; /* the series around 0 */
    } else if (LEGACY || kappa <= 1e6) {
        const double r = 1 + sqrt(1 + 4 * kappa * kappa), rho = (r - sqrt(2 * r)) / (2 * kappa);
        s = (1 + rho * rho) / (2 * rho);
    }
    if (!(s > 1)) {
        double angle = mu + sqrt(1.0 / kappa) * NORMAL(g);
        if (angle < -PI)
            angle += 2 * PI;
        if (angle > PI)
            angle -= 2 * PI;
        return angle;
    }
    for (;;) {
        const double z = cos(PI * DOUBLE(g));
        w = (1 + s * z) / (s + z);
        const double y = kappa * (s - w), v = DOUBLE(g);
        if (y * (2 - y) - v >= 0 || log(y / v) + 1 - y >= 0)
            break;
    }
    const double turn = acos(w), angle = (DOUBLE(g) < 0.5 ? -turn : turn) + mu;
    const double wrapped = fmod(fabs(angle) + PI, 2 * PI) - PI;
    return angle < 0 ? -wrapped : wrapped;
}

/* Michael, Schucany and Haas 1976. */
static double wald(GENERATOR *g, double mean, double scale)
{
    const double z = NORMAL(g), y = mean * z * z;
    double x;
    if (LEGACY) {
        const double half = mean / (2 * scale);
        x = mean + half * (y - sqrt(4 * scale * y + y * y));
    } else { /* without cancellation */
        const double d = 1 + sqrt(1 + 4 * scale / y);
        x = mean * (1 - 2 / d);
    }
    return DOUBLE(g) <= mean / (mean + x) ? x : mean * mean / x;
}

/* Both are drawn; which one divides is the order in which NumPy's compiler calls. */
static double cauchy(GENERATOR *g)
{
    const double above = NORMAL(g), below = NORMAL(g);
    return above / below;
}

static double nonzero(GENERATOR *g)
{
    double u;
    do
        u = DOUBLE(g);
    while (u == 0);
    return u;
}

/* ---- Loops ----------------------------------------------------------------------------------- */

#define R(i) (p[i].real)
#define W(i) (p[i].whole)
#define LOOP(id, TYPE, expression)                                                                 \
    static void loop_##id(void *generator, const ndi_parameter *p, void *out, size_t n)            \
    {                                                                                              \
        GENERATOR *g = generator;                                                                  \
        TYPE *value = out;                                                                         \
        (void)p;                                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            value[i] = expression;                                                                 \
    }
LOOP(UNIFORM, double, make_uniform(DOUBLE(g), p))
LOOP(NORMAL, double, make_normal(NORMAL(g), p))
LOOP(EXPONENTIAL, double, make_exponential(EXPONENTIAL(g), p))
LOOP(GAMMA, double, R(1) * standard_gamma(g, R(0)))
LOOP(BETA, double, beta(g, R(0), R(1)))
LOOP(CHISQUARE, double, chisquare(g, R(0)))
LOOP(NONCENTRAL_CHISQUARE, double, noncentral_chisquare(g, R(0), R(1)))
LOOP(F, double, f_ratio(g, R(0), R(1)))
LOOP(NONCENTRAL_F, double, noncentral_f(g, R(0), R(1), R(2)))
LOOP(STANDARD_T, double, student_t(g, R(0)))
LOOP(STANDARD_CAUCHY, double, cauchy(g))
LOOP(LAPLACE, double, make_laplace(nonzero(g), p))
LOOP(GUMBEL, double, make_gumbel(nonzero(g), p))
LOOP(LOGISTIC, double, make_logistic(nonzero(g), p))
LOOP(LOGNORMAL, double, make_lognormal(NORMAL(g), p))
LOOP(WALD, double, wald(g, R(0), R(1)))
LOOP(VONMISES, double, vonmises(g, R(0), R(1)))
LOOP(TRIANGULAR, double, make_triangular(DOUBLE(g), p))
LOOP(WEIBULL, double, R(0) == 0 ? 0 : make_weibull(EXPONENTIAL(g), p))
#if LEGACY
LOOP(PARETO, double, exp(EXPONENTIAL(g) / R(0)) - 1)
LOOP(POWER, double, pow(1 - exp(-EXPONENTIAL(g)), 1.0 / R(0)))
LOOP(RAYLEIGH, double, R(0) * sqrt(-2.0 * log1p(-DOUBLE(g))))
#else
LOOP(PARETO, double, make_pareto(EXPONENTIAL(g), p))
LOOP(POWER, double, make_power(EXPONENTIAL(g), p))
LOOP(RAYLEIGH, double, make_rayleigh(EXPONENTIAL(g), p))
#endif
LOOP(POISSON, int64_t, poisson(g, R(0)))
LOOP(GEOMETRIC, int64_t, geometric(g, R(0)))
LOOP(ZIPF, int64_t, zipf(g, R(0)))
LOOP(LOGSERIES, int64_t, logseries(g, R(0)))
LOOP(HYPERGEOMETRIC, int64_t, hypergeometric(g, W(0), W(1), W(2)))
LOOP(NEGATIVE_BINOMIAL, int64_t, negative_binomial(g, R(0), R(1)))

static void loop_BINOMIAL(void *generator, const ndi_parameter *p, void *out, size_t n)
{
    ndi_binomial ready;
    ndi_binomial_prepare(&ready, W(0), R(1));
    for (size_t i = 0; i < n; i++)
        ((int64_t *)out)[i] = binomial(generator, &ready);
}

/* By the types of ndi_single. */
static double single_gamma(void *generator, double shape)
{
    return standard_gamma(generator, shape);
}

static double single_beta(void *generator, double a, double b)
{
    return beta(generator, a, b);
}

static int64_t single_binomial(void *generator, const ndi_binomial *b)
{
    return binomial(generator, b);
}

/* Without a branch for each number that is drawn again, up to every second, which no CPU foresees.
 */
static void single_below_masked(void *generator, uint64_t last, size_t n, uint64_t *out)
{
    GENERATOR *const g = generator;
    for (size_t k = 0; k < n;) {
        const uint64_t most = last - k;
        if (most == 0 || most > UINT32_MAX) {
            out[k++] = below_masked(g, most);
            continue;
        }
        const uint64_t mask = ~(uint64_t)0 >> __builtin_clzll(most), alike = most - mask / 2;
        const size_t end = alike < n - k ? k + alike : n;
        while (k < end) {
            out[k] = WORD(g) & mask;
            k += out[k] <= last - k;
        }
    }
}

const ndi_single SINGLE = {single_gamma, single_beta, single_binomial, single_below_masked};
