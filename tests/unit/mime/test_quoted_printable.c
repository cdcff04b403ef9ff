/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static void
decoding(void **state)
{
	struct nm_stage *(*d)(struct nm_stage *) =
	    nm_quoted_printable_decoder_new;

	(void)state;
	check_through(d, "", "");
	check_through(d, "a=3Db=3db\r\n", "a=b=b\r\n");
	check_through(d, "soft=\r\nbreak=\nhere=  \r\n!", "softbreakhere!");
	check_through(d, "trail \t \r\nof\t\nspace  ", "trail\r\nof\nspace");
	check_through(d, "in side  x", "in side  x");
	check_through(d, "a =20\r\n", "a  \r\n");
	check_through(d, "a =\r\nb", "a b");
	check_through(d, "bad=G1 =4 =", "bad=G1 =4 ");
	check_through(d, "bad=4", "bad=4");
	check_through(d, "==41=\r=41", "=A=\rA");
	check_through(d, "cr\rhere \r \r\nx\r", "cr\rhere \r\r\nx\r");
	check_through(d, "=E4=F6", "\xe4\xf6");
	check_through(d, "\xe4 8bit", "\xe4 8bit");
}

static void
encoding(void **state)
{
	struct nm_stage *(*e)(struct nm_stage *) =
	    nm_quoted_printable_encoder_new;
	char line[200], expected[240];

	(void)state;
	check_through(e, "", "");
	check_through(e, "a=b\r\n", "a=3Db\r\n");
	check_through(e, "x \r\ny\t\r\nz ", "x=20\r\ny=09\r\nz=20");
	check_through(e, "a b\nc", "a b\r\nc");
	check_through(e, "a\rb\r\r\n", "a=0Db=0D\r\n");
	check_through(e, "From me\r\nFrob\r\n>From x\r\n>Fro\r\na From ",
	    "=46rom me\r\nFrob\r\n=3EFrom x\r\n>Fro\r\na From=20");
	check_through(e, ".\r\n..a\r\na.b", "=2E\r\n=2E.a\r\na.b");
	check_through(e, "\xc3\xbc", "=C3=BC");
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	memcpy(line + 75, "From ", 5);
	memset(expected, 'a', sizeof(expected));
	memcpy(expected + 75, "=\r\n=46rom ", 10);
	memcpy(expected + 78 + 75, "=\r\n", 3);
	expected[199 - 1 + 3 + 2 + 3 + 1] = '\0';
	check_through(e, line, expected);
}

static void
there_and_back(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, text = NM_BUFFER_INIT;
	struct nm_buffer out = NM_BUFFER_INIT, canon = NM_BUFFER_INIT;
	const uint8_t *p, *lf, *end;
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 60; round++) {
		random_text(&in, 2500,
		    round % 2 == 0 ? "From >. =\r\n\r\n\t" : "abcdefgh  ",
		    &seed);
		feed_through(
		    nm_quoted_printable_encoder_new, in.data, in.len, &text);
		for (p = text.data, end = p + text.len; p < end; p = lf + 1) {
			lf = memchr(p, '\n', (size_t)(end - p));
			if (lf == NULL)
				lf = end;
			assert_true(lf - p <= 77);
			assert_true(*p != '.');
			if (lf - p >= 6) {
				assert_true(memcmp(p, "From ", 5) != 0);
				assert_true(memcmp(p, ">From ", 6) != 0);
			}
			for (; p < lf; p++)
				assert_true(*p < 0x7f);
		}
		feed_through(
		    nm_quoted_printable_decoder_new, text.data, text.len, &out);
		/* bare LFs came back as CRLF, all else as it was */
		for (size_t i = 0; i < in.len; i++) {
			if (in.data[i] == '\n' &&
			    (i == 0 || in.data[i - 1] != '\r'))
				nm_buffer_byte(&canon, '\r');
			nm_buffer_byte(&canon, in.data[i]);
		}
		assert_bytes(&out, canon.data, canon.len);
		nm_buffer_reset(&in);
		nm_buffer_reset(&text);
		nm_buffer_reset(&out);
		nm_buffer_reset(&canon);
	}
}

static void
noise(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	uint32_t seed = 13;

	(void)state;
	for (int round = 0; round < 300; round++) {
		if (round % 10 == 0) {
			for (int i = 0; i < 5000; i++)
				nm_buffer_byte(&in, ' ');
		}
		random_text(&in, 300, "ab4F==  \t\r\n", &seed);
		feed_through(
		    nm_quoted_printable_decoder_new, in.data, in.len, &out);
		nm_buffer_reset(&in);
		nm_buffer_reset(&out);
	}
}

static struct nm_stage *
unknown_decoder(struct nm_stage *next)
{
	return nm_decoder_new(NM_CODING_UNKNOWN, next);
}

static struct nm_stage *
base64_decoder(struct nm_stage *next)
{
	return nm_decoder_new(NM_CODING_BASE64, next);
}

static struct nm_stage *
qp_decoder(struct nm_stage *next)
{
	return nm_decoder_new(NM_CODING_QUOTED_PRINTABLE, next);
}

static void
by_coding(void **state)
{
	(void)state;
	check_through(unknown_decoder, "a=3D \n", "a=3D \n");
	check_through(base64_decoder, "Zg==", "f");
	check_through(qp_decoder, "a=3D \n", "a=\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding),
		cmocka_unit_test(encoding),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(noise),
		cmocka_unit_test(by_coding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
