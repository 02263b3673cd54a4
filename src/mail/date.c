#include "mail/date.h"

#include "base/cursor.h"
#include "mail/lexer.h"

#define SECONDS_PER_DAY 86400

struct moment {
    int64_t year;
    unsigned month, day, hour, minute, second;      /* month and day from 1 */
    int offset_minutes;                             /* east of UTC */
};

/* ---- the calendar ---- */

static bool is_leap_year(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in_month(int64_t year, unsigned month)
{
    static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01. Years are counted from March, so that the leap day is a year's last; an era is 400 of them. */
static int64_t days_of_date(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, struct moment *m)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;

    m->day = (unsigned)(day_of_year - (153 * march_month + 2) / 5 + 1);
    m->month = (unsigned)(march_month < 10 ? march_month + 3 : march_month - 9);
    m->year = year_of_era + era * 400 + (m->month <= 2);
}

static bool is_possible(const struct moment *m)
{
    return m->month >= 1 && m->month <= 12 && m->day >= 1 && m->day <= days_in_month(m->year, m->month)
        && m->hour <= 23 && m->minute <= 59 && m->second <= 60;      /* 60: a leap second */
}

static bool seconds_of(const struct moment *m, int64_t *out)
{
    if (!is_possible(m))
        return false;
    *out = days_of_date(m->year, m->month, m->day) * SECONDS_PER_DAY
        + (int64_t)m->hour * 3600 + (int64_t)m->minute * 60 + m->second - (int64_t)m->offset_minutes * 60;
    return true;
}

static struct moment moment_of(int64_t seconds, unsigned *weekday)
{
    int64_t days = seconds / SECONDS_PER_DAY, rest = seconds % SECONDS_PER_DAY;
    struct moment m = { .year = 0 };

    if (rest < 0) {
        rest += SECONDS_PER_DAY;
        days--;
    }
    date_of_days(days, &m);
    m.hour = (unsigned)(rest / 3600);
    m.minute = (unsigned)(rest / 60 % 60);
    m.second = (unsigned)(rest % 60);
    *weekday = (unsigned)(((days + 4) % 7 + 7) % 7);                 /* 1970-01-01 was a Thursday */
    return m;
}

/* ---- words of RFC 5322 3.3 ---- */

static const char *const day_names[7] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const month_names[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* The index of a three-letter name, or count. */
static size_t find_word(struct slice word, const char *const *words, size_t count)
{
    size_t i = 0;

    while (i < count && !slice_same_nocase(word, slice_str(words[i])))
        i++;
    return i;
}

/* 1*DIGIT with at least and at most so many of them. */
static unsigned take_digits(struct cursor *c, size_t least, size_t most)
{
    struct slice digits = take_while(c, is_digit);
    unsigned value = 0;

    if (digits.len < least || digits.len > most) {
        c->bad = true;
        return 0;
    }
    for (size_t i = 0; i < digits.len; i++)
        value = value * 10 + (unsigned)(digits.at[i] - '0');
    return value;
}

/* [ day-of-week "," ]: which day it names is not compared, nobody gets that right. */
static void skip_day_of_week(struct cursor *c)
{
    int first = peek(c);

    if (first < 0 || !is_alpha((uint8_t)first))
        return;
    if (find_word(take_while(c, is_alpha), day_names, COUNT_OF(day_names)) == COUNT_OF(day_names))
        c->bad = true;
    skip_cfws(c);
    accept_octet(c, ',');
    skip_cfws(c);
}

/* year = 4*DIGIT; obs-year = 2*DIGIT: 00..49 are 2000 on, 50..99 and three digits 1900 on        RFC 5322 4.3 */
static int64_t take_year(struct cursor *c)
{
    size_t before = c->rest.len;
    unsigned year = take_digits(c, 2, 4);
    size_t digits = before - c->rest.len;

    if (digits == 2 && year < 50)
        return year + 2000;
    return digits < 4 ? year + 1900 : year;
}

/* date = day month year */
static void take_date(struct cursor *c, struct moment *m)
{
    m->day = take_digits(c, 1, 2);
    skip_cfws(c);
    m->month = (unsigned)find_word(take_while(c, is_alpha), month_names, COUNT_OF(month_names)) + 1;
    skip_cfws(c);
    m->year = take_year(c);
}

/* time-of-day = hour ":" minute [ ":" second ] */
static void take_time(struct cursor *c, struct moment *m)
{
    m->hour = take_digits(c, 1, 2);
    skip_cfws(c);
    expect(c, ':');
    skip_cfws(c);
    m->minute = take_digits(c, 1, 2);
    skip_cfws(c);
    if (!accept_octet(c, ':'))
        return;
    skip_cfws(c);
    m->second = take_digits(c, 1, 2);
    skip_cfws(c);
}

/* ( "+" / "-" ) 4DIGIT */
static int take_numeric_zone(struct cursor *c)
{
    bool west = take_octet(c) == '-';
    unsigned value = take_digits(c, 4, 4);
    int minutes;

    if (value % 100 > 59)
        c->bad = true;
    minutes = (int)(value / 100 * 60 + value % 100);
    return west ? -minutes : minutes;
}

/* obs-zone; military letters and unknown names say nothing: "-0000"                              RFC 5322 4.3 */
static int take_named_zone(struct cursor *c)
{
    static const struct { const char *name; int hours; } zones[] = {
        { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
    };
    struct slice name = take_while(c, is_alpha);

    if (name.len == 0 || name.len > 5)
        c->bad = true;
    for (size_t i = 0; i < COUNT_OF(zones); i++)
        if (slice_same_nocase(name, slice_str(zones[i].name)))
            return zones[i].hours * 60;
    return 0;
}

static int take_zone(struct cursor *c)
{
    return peek(c) == '+' || peek(c) == '-' ? take_numeric_zone(c) : take_named_zone(c);
}

/* date-time = [ day-of-week "," ] date time [CFWS]                RFC 5322 3.3, with CFWS anywhere (4.3) */
bool date_parse(struct slice value, int64_t *unix_seconds)
{
    struct cursor c = cursor_of(value);
    struct moment m = { .year = 0 };

    skip_cfws(&c);
    skip_day_of_week(&c);
    take_date(&c, &m);
    if (!skip_cfws(&c))
        return false;
    take_time(&c, &m);
    skip_cfws(&c);
    m.offset_minutes = take_zone(&c);
    skip_cfws(&c);
    return !c.bad && at_end(&c) && seconds_of(&m, unix_seconds);
}

/* ---- ISO 8601 ---- */

/* "T" hh ":" mm ":" ss ( "Z" / ( "+" / "-" ) hh [":"] mm ) */
static void take_iso_time(struct cursor *c, struct moment *m)
{
    bool west;

    if (!accept_octet(c, 'T') && !accept_octet(c, 't'))
        expect(c, ' ');
    m->hour = take_digits(c, 2, 2);
    expect(c, ':');
    m->minute = take_digits(c, 2, 2);
    expect(c, ':');
    m->second = take_digits(c, 2, 2);
    if (accept_octet(c, 'Z') || accept_octet(c, 'z'))
        return;
    west = accept_octet(c, '-');
    if (!west)
        expect(c, '+');
    struct slice digits = slice_first(c->rest, 2);
    take(c, 2);
    accept_octet(c, ':');
    struct cursor hours = cursor_of(digits);
    int minutes = (int)take_digits(&hours, 2, 2) * 60 + (int)take_digits(c, 2, 2);
    c->bad |= hours.bad || minutes > 24 * 60;
    m->offset_minutes = west ? -minutes : minutes;
}

bool date_iso_parse(struct slice text, int64_t *unix_seconds)
{
    struct cursor c = cursor_of(text);
    struct moment m = { .year = 0 };

    m.year = take_digits(&c, 4, 4);
    expect(&c, '-');
    m.month = take_digits(&c, 2, 2);
    expect(&c, '-');
    m.day = take_digits(&c, 2, 2);
    if (!c.bad && !at_end(&c))
        take_iso_time(&c, &m);
    return !c.bad && at_end(&c) && seconds_of(&m, unix_seconds);
}

/* ---- printing ---- */

void text_add_date(struct text *t, int64_t unix_seconds)
{
    unsigned weekday;
    struct moment m = moment_of(unix_seconds, &weekday);

    text_addf(t, "%s, %02u %s %04lld %02u:%02u:%02u +0000", day_names[weekday], m.day, month_names[m.month - 1],
              (long long)m.year, m.hour, m.minute, m.second);
}

void text_add_date_iso(struct text *t, int64_t unix_seconds)
{
    unsigned weekday;
    struct moment m = moment_of(unix_seconds, &weekday);

    text_addf(t, "%04lld-%02u-%02uT%02u:%02u:%02uZ", (long long)m.year, m.month, m.day, m.hour, m.minute, m.second);
}
