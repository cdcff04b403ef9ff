/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdio.h>

#include "mime/ascii.h"

#define MIN_SECONDS INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define MAX_SECONDS INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define DAY	    INT64_C(86400)

static const char month_names[12][4] = { "jan", "feb", "mar", "apr", "may",
	"jun", "jul", "aug", "sep", "oct", "nov", "dec" };

struct civil {
	int year;
	int month; /* from 1 */
	int day;
	int hour;
	int minute;
	int second;
};

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool
is_valid(const struct civil *c)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	if (c->year < 0 || c->year > 9999 || c->month < 1 || c->month > 12 ||
	    c->day < 1)
		return false;
	if (c->day > days[c->month - 1] + (c->month == 2 && is_leap(c->year)))
		return false;
	/* 60 for a leap second (RFC 5322 section 3.3) */
	return c->hour <= 23 && c->minute <= 59 && c->second <= 60;
}

/* Days since 1970-01-01 in the Gregorian calendar; the year begins in March
 * so that the leap day is its last. */
static int64_t
days_from_civil(int year, int month, int day)
{
	int64_t y = year + 400 - (month <= 2);
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day -
	    1 - 146097 - 719468;
}

static void
civil_from_days(int64_t days, struct civil *c)
{
	int64_t d = days + 719468 + 146097, era = d / 146097, y, m;

	d %= 146097;
	y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	d -= y * 365 + y / 4 - y / 100;
	m = (d * 5 + 2) / 153;
	c->day = (int)(d - (m * 153 + 2) / 5 + 1);
	c->month = (int)(m < 10 ? m + 3 : m - 9);
	c->year = (int)(y + era * 400 - 400 + (c->month <= 2));
}

static bool
to_date(const struct civil *c, int offset, struct nm_date *out)
{
	int64_t local;

	if (!is_valid(c))
		return false;
	local = days_from_civil(c->year, c->month, c->day) * DAY +
	    c->hour * 3600 + c->minute * 60 + c->second;
	out->seconds = local - (int64_t)offset * 60;
	out->offset = offset;
	/* a leap second or an offset may lead to a year that RFC 3339 cannot
	 * write */
	return local <= MAX_SECONDS && out->seconds >= MIN_SECONDS &&
	    out->seconds <= MAX_SECONDS;
}

/* Reads `min` to `max` digits. */
static bool
read_number(const char **p, int min, int max, int *out)
{
	int n = 0, value = 0;

	for (; n < max && nm_is_digit((uint8_t) * *p); n++, (*p)++)
		value = value * 10 + (**p - '0');
	*out = value;
	return n >= min && !nm_is_digit((uint8_t) * *p);
}

static size_t
word_length(const char *p)
{
	size_t len = 0;

	while (nm_is_alpha((uint8_t)p[len]))
		len++;
	return len;
}

/* "+0100", and "+01:00" as in RFC 3339, which some senders write. */
static bool
read_offset(const char **p, int *offset)
{
	int sign = *(*p)++ == '-' ? -1 : 1, hours = 0, minutes = 0, digit;

	for (int i = 0; i < 4; i++) {
		if (i == 2 && **p == ':')
			(*p)++;
		if (!nm_is_digit((uint8_t) * *p))
			return false;
		digit = *(*p)++ - '0';
		if (i < 2)
			hours = hours * 10 + digit;
		else
			minutes = minutes * 10 + digit;
	}
	*offset = sign * (hours * 60 + minutes);
	return hours <= 23 && minutes <= 59 && !nm_is_digit((uint8_t) * *p);
}

/* An offset, "GMT", "EST", "A"; what is not known, or not there, is UTC of no
 * known place (RFC 5322 section 4.3). "GMT+0100" is an offset too. */
static bool
read_zone(const char **p, int *offset)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "edt", -4 }, { "est", -5 }, { "cdt", -5 },
		{ "cst", -6 }, { "mdt", -6 }, { "mst", -7 }, { "pdt", -7 },
		{ "pst", -8 } };
	size_t len = word_length(*p);

	*offset = 0;
	if (nm_is_word(*p, len, "gmt") || nm_is_word(*p, len, "utc"))
		*p += len;
	if (**p == '+' || **p == '-')
		return read_offset(p, offset);
	len = word_length(*p);
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (nm_is_word(*p, len, zones[i].name))
			*offset = zones[i].hours * 60;
	}
	*p += len;
	return true;
}

static bool
read_month(const char **p, int *month)
{
	size_t len = word_length(*p);

	for (int i = 0; i < 12; i++) {
		if (nm_is_word(*p, len, month_names[i])) {
			*month = i + 1;
			*p += len;
			return true;
		}
	}
	return false;
}

/* Years of two and three digits (RFC 5322 section 4.3). */
static bool
read_year(const char **p, int *year)
{
	const char *start = *p;

	if (!read_number(p, 2, 4, year))
		return false;
	if (*p - start == 2)
		*year += *year < 50 ? 2000 : 1900;
	else if (*p - start == 3)
		*year += 1900;
	return true;
}

static bool
read_time(const char **p, struct civil *c)
{
	if (!read_number(p, 1, 2, &c->hour))
		return false;
	*p = nm_skip_cfws(*p);
	if (**p != ':')
		return false;
	*p = nm_skip_cfws(*p + 1);
	if (!read_number(p, 2, 2, &c->minute))
		return false;
	*p = nm_skip_cfws(*p);
	if (**p != ':')
		return true;
	*p = nm_skip_cfws(*p + 1);
	return read_number(p, 2, 2, &c->second);
}

bool
nm_date_parse_mail(const char *value, struct nm_date *out)
{
	const char *p = nm_skip_cfws(value);
	struct civil c = { 0, 0, 0, 0, 0, 0 };
	size_t len;
	int offset;

	/* the day of the week says nothing that the date does not */
	if ((len = word_length(p)) != 0) {
		p = nm_skip_cfws(p + len);
		if (*p == ',')
			p++;
		p = nm_skip_cfws(p);
	}
	if (!read_number(&p, 1, 2, &c.day))
		return false;
	p = nm_skip_cfws(p);
	if (!read_month(&p, &c.month))
		return false;
	p = nm_skip_cfws(p);
	if (!read_year(&p, &c.year))
		return false;
	p = nm_skip_cfws(p);
	if (!read_time(&p, &c))
		return false;
	p = nm_skip_cfws(p);
	if (!read_zone(&p, &offset) || *nm_skip_cfws(p) != '\0')
		return false;
	return to_date(&c, offset, out);
}

bool
nm_date_parse_rfc3339(const char *value, struct nm_date *out)
{
	struct civil c = { 0, 0, 0, 0, 0, 0 };
	const char *p = value;
	int sign, hours, minutes;

	if (!read_number(&p, 4, 4, &c.year) || *p++ != '-' ||
	    !read_number(&p, 2, 2, &c.month) || *p++ != '-' ||
	    !read_number(&p, 2, 2, &c.day) || (*p != 'T' && *p != 't'))
		return false;
	p++;
	if (!read_number(&p, 2, 2, &c.hour) || *p++ != ':' ||
	    !read_number(&p, 2, 2, &c.minute) || *p++ != ':' ||
	    !read_number(&p, 2, 2, &c.second))
		return false;
	if (*p == '.') {
		if (!nm_is_digit((uint8_t) * ++p))
			return false;
		while (nm_is_digit((uint8_t)*p))
			p++;
	}
	if (*p == 'Z' || *p == 'z')
		return p[1] == '\0' && to_date(&c, 0, out);
	if (*p != '+' && *p != '-')
		return false;
	sign = *p++ == '-' ? -1 : 1;
	if (!read_number(&p, 2, 2, &hours) || *p++ != ':' ||
	    !read_number(&p, 2, 2, &minutes) || *p != '\0' || hours > 23 ||
	    minutes > 59)
		return false;
	return to_date(&c, sign * (hours * 60 + minutes), out);
}

void
nm_date_format(const struct nm_date *d, char *out, size_t room)
{
	int64_t local, days, rest;
	struct civil c;
	int offset = d->offset, n;
	char zone[16] = "Z";

	if (room == 0)
		return;
	*out = '\0';
	if (d->seconds < MIN_SECONDS || d->seconds > MAX_SECONDS ||
	    offset <= -24 * 60 || offset >= 24 * 60)
		return;
	local = d->seconds + (int64_t)offset * 60;
	if (local < MIN_SECONDS || local > MAX_SECONDS)
		return;
	days = (local - MIN_SECONDS) / DAY + MIN_SECONDS / DAY;
	rest = local - days * DAY;
	civil_from_days(days, &c);
	if (offset != 0) {
		n = offset < 0 ? -offset : offset;
		(void)snprintf(zone, sizeof(zone), "%c%02d:%02d",
		    offset < 0 ? '-' : '+', n / 60, n % 60);
	}
	n = snprintf(out, room, "%04d-%02d-%02dT%02d:%02d:%02d%s", c.year,
	    c.month, c.day, (int)(rest / 3600), (int)(rest / 60 % 60),
	    (int)(rest % 60), zone);
	if (n < 0 || (size_t)n >= room)
		*out = '\0';
}
