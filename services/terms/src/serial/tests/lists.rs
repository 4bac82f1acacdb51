//! Numbers of a list and words between two numbers.

use super::*;

#[test]
fn numbers_of_a_list_are_no_part_of_the_number_after_them() {
    for written in [
        "1) 352099001761481",
        "1)352099001761481",
        "(1) 352099001761481",
        "[2] 352099001761481",
        "#1 352099001761481",
        "№ 1 352099001761481",
        "1. 352099001761481",
        "1.352099001761481",
        "2: 352099001761481",
        "2 - 352099001761481",
        "2\u{2013}352099001761481",
        "1/ 352099001761481",
        "1、352099001761481",
        "1\t352099001761481",
        "1\n352099001761481",
        "3) 352099001761481",
        "１） 352099001761481",
        "① 352099001761481",
        "1\u{FE0F}\u{20E3} 352099001761481",
        "1 352099/00/176148/1",
        "1) 35 209900 176148 1",
        "1) 352099001761481 / 01",
        "2 352099001761481/01",
        "1) IMEI: 352099001761481",
        "IMEI: 1) 352099001761481",
        "SIM 1 352099001761481",
        "SIM1: 352099001761481",
        "SIM-2: 352099001761481",
        "slot 2 352099001761481",
        "Slot-1 352099001761481",
        "SIM-карта 1: 352099001761481",
        "1) 352099001761481\n2) 352099001761481",
    ] {
        is_read_as(written, IMEI);
    }
    for wrong in ["1) 352099001761482", "1 352099001761482", "2: 352099/00/176148/2"] {
        assert_eq!(wrong.parse::<Serial>(), Err(InvalidSerial::CheckDigit), "{wrong:?}");
    }
    is_read_as("1) 3520990017614823", "3520990017614823");
    is_read_as("1 3520990017614823", "3520990017614823");
    is_read_as("2. A10000009296F2", "A10000009296F2");
    is_read_as("1 270113177609606898", "A10000009296F2");
    is_read_as("1) R58N30ABCDE", "R58N30ABCDE");
    is_read_as("#2 R58N30ABCDE", "R58N30ABCDE");
}

#[test]
fn a_digit_that_is_no_number_of_a_list_stays() {
    for own in ["1352099001761481", "1/ABC-35", "2-352099001761481-T", "SN-NEW-1", "SIM-1"] {
        is_read_as(own, own);
    }
    is_read_as("1 352099 00 176148 2", "1352099001761482");
    is_read_as("3 520990 017614 823", "3520990017614823");
    is_read_as("(35 209900 176148 1)", IMEI);
    is_read_as("# 3 52099001761481", IMEI);
    is_read_as("35 209900 176148 1: Galaxy", IMEI);
}

#[test]
fn c6_two_numbers_are_two_as_a_list_and_with_words_of_any_language() {
    let two = |written: &str, first: &str, second: &str| {
        let read =
            Serial::one_or_two(written).map(|(a, b)| (a.to_string(), b.unwrap().to_string()));
        assert_eq!(read, Ok((first.to_owned(), second.to_owned())), "{written:?}");
    };
    for written in [
        "1) 352099001761481\n2) 490154203237518",
        "1. 352099001761481 2. 490154203237518",
        "1 352099001761481 2 490154203237518",
        "1: 352099/00/176148/1, 2: 490154/20/323751/8",
        "352099001761481 2) 490154203237518",
        "352099001761481 SV 01, 490154203237518 SVN 01",
        "SIM1 352099001761481 SIM2 490154203237518",
        "IMEI: 1) 352099001761481 y 2) 490154203237518",
        "352099001761481\ny\n490154203237518",
        "35 209900 176148 1 oraz 49 015420 323751 8",
        "352099001761481 / или / 490154203237518",
        "352099001761481和490154203237518",
        "352099001761481 و490154203237518",
        "352099001761481 एवम् 490154203237518",
        "Telefon 352099001761481 und auch 490154203237518",
    ] {
        two(written, IMEI, OTHER);
    }
    for word in ["y", "et", "i", "ve", "und", "e", "en", "oraz", "va", "жана", "және", "和", "و"]
    {
        two(&format!("{IMEI} {word} {OTHER}"), IMEI, OTHER);
        two(&format!("{IMEI} {word} 3520990017614823\n{OTHER}"), IMEI, OTHER);
        two(&format!("4901542032375101 {word} {IMEI}"), "4901542032375101", IMEI);
        let wrong = format!("{IMEI} {word} 490154203237519").parse::<Serial>();
        assert_eq!(wrong, Err(InvalidSerial::CheckDigit), "{word}");
    }
    two("352099001761481 ABCDEFGHJK", IMEI, "ABCDEFGHJK");
    is_read_as("phone 352099001761481", IMEI);
    is_read_as("352099001761481-T", "352099001761481-T");
}

proptest! {
    #[test]
    fn a_number_of_a_list_changes_nothing(
        (imei, right, wrong) in written(),
        mark in prop::sample::select(&["1) ", "2) ", "(1) ", "#2 ", "1: ", "2. ", "№1: "][..]),
    ) {
        let read = format!("{mark}{right}").parse::<Serial>().map(|serial| serial.to_string());
        prop_assert_eq!(read, Ok(imei), "{:?} {:?}", mark, right);
        let read = format!("{mark}{wrong}").parse::<Serial>();
        prop_assert_eq!(read, Err(InvalidSerial::CheckDigit), "{:?} {:?}", mark, wrong);
    }

    #[test]
    fn an_imeisv_keeps_all_its_digits(
        imeisv in "(0[1]|3[05]|4[459]|5[0-4]|8[69]|9[189])[0-9]{14}",
        // One group of 15 digits is an IMEI before anything else.
        cut in 1..15_usize,
    ) {
        for text in [imeisv.clone(), format!("{} {}", &imeisv[..cut], &imeisv[cut..])] {
            let read = text.parse::<Serial>().map(|serial| serial.to_string());
            prop_assert_eq!(read, Ok(imeisv.clone()), "{}", text);
        }
    }

    #[test]
    fn a_word_between_two_imeis_belongs_to_neither(
        (first, left, _) in written(), (second, right, _) in written(), word in "\\pL{1,10}",
    ) {
        // A sign for `number`, not a word.
        prop_assume!(word != "º");
        let read = Serial::one_or_two(&format!("{left} {word} {right}"));
        let read = read.map(|(a, b)| (a.to_string(), b.map(|b| b.to_string())));
        let other = (second[..14] != first[..14]).then_some(second);
        prop_assert_eq!(read, Ok((first, other)), "{:?} {} {:?}", left, word, right);
    }
}
