//! Serial numbers as labels, dialers and people write them.

mod lists;

use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Result<(String, SerialKind), InvalidSerial> {
    text.parse::<Serial>().map(|serial| (serial.to_string(), serial.kind()))
}

#[test]
fn an_imei_is_normalised_to_its_digits() {
    for typed in ["490154203237518", "49-015420-323751-8", " 49 015420 323751 8 "] {
        assert_eq!(parsed(typed), Ok(("490154203237518".into(), SerialKind::Imei)));
    }
    assert_eq!(parsed("4901542032375101").unwrap().1, SerialKind::Imeisv);
}

#[test]
fn the_code_that_was_dialled_is_no_part_of_the_number() {
    for typed in [
        "*#06# 352099001761481",
        "*#06#352099001761481",
        "*#06#\n352099001761481",
        "* # 06 # 352099 00 176148 1",
        "＊＃０６＃ 352099001761481 / 01",
        "IMEI (*#06#): 352099001761481",
        "352099001761481 (*#06#)",
    ] {
        assert_eq!(parsed(typed), Ok(("352099001761481".into(), SerialKind::Imei)), "{typed}");
    }
    // With the code's digits in front it would pass as another phone's IMEI.
    assert_eq!(parsed("*#06# 352099001700703").unwrap().0, "352099001700703");
    assert_eq!(parsed("AB*12"), Err(InvalidSerial::Form));
}

#[test]
fn a_makers_number_may_end_like_a_label() {
    for number in ["00-/SV", "12/SN", "X9/SIM1"] {
        assert_eq!(parsed(number), Ok((number.to_owned(), SerialKind::Free)));
    }
}

#[test]
fn a_mistyped_imei_is_refused() {
    assert_eq!(parsed("490154203237519"), Err(InvalidSerial::CheckDigit));
    assert_eq!(parsed("490154203237581"), Err(InvalidSerial::CheckDigit));
}

#[test]
fn c6_an_imei_its_imeisv_and_its_meid_identify_the_same_device() {
    let serial = |text: &str| text.parse::<Serial>().unwrap();
    let imei = serial("490154203237518");
    for same in ["490154203237518", "4901542032375101", "4901542032375199", "49015420323751"] {
        assert!(imei.names_the_device_of(&serial(same)), "{same}");
        assert!(serial(same).names_the_device_of(&imei), "{same}");
    }
    // Other devices, and manufacturers' serials that merely contain the same digits.
    for other in ["490154203237526", "4901542032375201", "SN49015420323751", "490154203237518-T"] {
        assert!(!imei.names_the_device_of(&serial(other)), "{other}");
    }
    let tablet = serial("dmpxk1abcd12");
    assert!(tablet.names_the_device_of(&serial("DMPXK1ABCD12")));
    assert!(!tablet.names_the_device_of(&serial("DMPXK1ABCD13")));
}

#[test]
fn every_imei_has_one_check_digit() {
    for body in ["49015420323751", "35209900176148", "86074502000001"] {
        let fitting: Vec<u8> =
            (0..10).filter(|check| format!("{body}{check}").parse::<Serial>().is_ok()).collect();
        assert_eq!(fitting.len(), 1, "{body}: {fitting:?}");
    }
    assert!("352099001761481".parse::<Serial>().is_ok());
}

#[test]
fn other_serials_are_upper_case() {
    assert_eq!(parsed("a10000009296f2"), Ok(("A10000009296F2".into(), SerialKind::Meid)));
    assert_eq!(parsed("sn/12-ab"), Ok(("SN/12-AB".into(), SerialKind::Free)));
    for bad in ["", "abc", "sn_1234", "серийный", &"9".repeat(41)] {
        assert_eq!(parsed(bad), Err(InvalidSerial::Form), "{bad}");
    }
}

const IMEI: &str = "352099001761481";
const OTHER: &str = "490154203237518";

#[track_caller]
fn is_read_as(written: &str, number: &str) {
    let read = written.parse::<Serial>().map(|serial| serial.to_string());
    assert_eq!(read, Ok(number.to_owned()), "{written:?}");
}

#[test]
fn an_imei_is_the_same_as_labels_and_dialers_show_it() {
    for written in [
        "352099/00/176148/1",
        "35/209900/176148/1",
        "352099001761481/01",
        "352099001761481 / 01",
        "35209900176148101",
        "352099/00/176148/1/01",
        "352099001761481 SV: 01",
        "35.209900.176148.1",
        "35 209900 176148 1",
        "35-209900-176148-1",
        "35\u{2011}209900\u{2013}176148\u{2212}1",
        "35\u{A0}209900\u{2009}176148\u{202F}1",
        "IMEI 352099001761481",
        "IMEI: 352099001761481",
        "imei:352099001761481",
        "IMEI352099001761481",
        "IMEI 1: 352099001761481",
        "IMEI1: 352099001761481",
        "IMEI2 352099001761481",
        "IMEI (SIM slot 2): 352099001761481",
        "IMEI1352099001761481",
        "IMEI/MEID: 35 209900 176148 1",
        "S/N: 352099001761481",
        "(352099001761481)",
        "352099001761481.",
        "\u{FEFF}352099001761481\u{200B}",
        "\u{202D}352099001761481\u{202C}",
        "3520\u{AD}9900\u{AD}1761481",
        "３５２０９９００１７６１４８１",
        "ＩＭＥＩ：３５２０９９／００／１７６１４８／１",
        "٣٥٢٠٩٩٠٠١٧٦١٤٨١",
        "۳۵۲۰۹۹۰۰۱۷۶۱۴۸۱",
        "352,099,001,761,481",
        "\n352099001761481\r\n",
        "352099001761481\n352099001761481 / 01",
    ] {
        is_read_as(written, IMEI);
    }
}

#[test]
fn a_wrong_check_digit_is_found_however_it_is_written() {
    for written in [
        "352099/00/176148/2",
        "352099001761482/01",
        "352099001761482 / 01",
        "35209900176148201",
        "35.209900.176148.2",
        "IMEI 352099001761482",
        "IMEI 2: 352099001761482",
        "IMEI1352099001761482",
        "S/N 352099001761482",
        "３５２０９９００１７６１４８２",
        "٣٥٢٠٩٩٠٠١٧٦١٤٨٢",
        "3520990017\u{200B}61482",
        "352099001761482 / 490154203237518",
        "352099001761481, 490154203237519",
        "352099/00/176148/1/490154/20/323751/9",
    ] {
        let read = written.parse::<Serial>();
        assert_eq!(read, Err(InvalidSerial::CheckDigit), "{written:?}");
    }
}

#[test]
fn imeisv_and_meid_have_one_form_each() {
    is_read_as("35-209900-176148-23", "3520990017614823");
    is_read_as("352099/00/176148/23", "3520990017614823");
    is_read_as("IMEISV: 3520990017614823", "3520990017614823");
    for written in [
        "A10000009296F2",
        "a1 000000 9296f2",
        "MEID: A1-000000-9296F2",
        "MEID (HEX) A10000009296F2",
        "270113177609606898",
        "2701131776 09606898",
        "MEID DEC: 27011317760-9606898",
    ] {
        is_read_as(written, "A10000009296F2");
    }
    // The MEID of a phone that has an IMEI too.
    is_read_as("089132876801532232", "35209900176148");
    // 18 digits of a manufacturer: no MEID begins with 49 and has letters.
    is_read_as("123456789012345678", "123456789012345678");
}

#[test]
fn numbers_of_manufacturers_stay_as_they_are() {
    for (written, number) in [
        ("C02XK0AAJG5H", "C02XK0AAJG5H"),
        ("f17vxq9hj5", "F17VXQ9HJ5"),
        ("R58N30ABCDE", "R58N30ABCDE"),
        ("S/N: R58N30ABCDE", "R58N30ABCDE"),
        ("Serial No. R58N30ABCDE", "R58N30ABCDE"),
        ("SN R58N 30AB CDE", "R58N30ABCDE"),
        ("28563/F2ZQ13849", "28563/F2ZQ13849"),
        ("18221/61003589", "18221/61003589"),
        ("SN-NEW-1", "SN-NEW-1"),
        ("490154203237518-T", "490154203237518-T"),
        ("SN\u{2011}12", "SN-12"),
        ("Ｒ５８Ｎ３０ＡＢＣＤＥ", "R58N30ABCDE"),
    ] {
        is_read_as(written, number);
    }
    for bad in ["", " ", "IMEI:", "\u{200B}\u{200B}\u{200B}\u{200B}", "R58_N30", "R58N30.A"] {
        assert_eq!(bad.parse::<Serial>(), Err(InvalidSerial::Form), "{bad:?}");
    }
}

#[test]
fn c6_two_numbers_in_one_field_are_two() {
    let (first, second) = (IMEI.parse::<Serial>().unwrap(), OTHER.parse::<Serial>().unwrap());
    for written in [
        "352099001761481/490154203237518",
        "352099001761481 / 490154203237518",
        "352099001761481, 490154203237518",
        "352099001761481; 490154203237518",
        "352099001761481\n490154203237518",
        "352099001761481 490154203237518",
        "352099001761481 and 490154203237518",
        "352099001761481 и 490154203237518",
        "352099001761481490154203237518",
        "352099/00/176148/1/490154/20/323751/8",
        "35-209900-176148-1, 49-015420-323751-8",
        "352099001761481/01, 490154203237518/01",
        "IMEI1: 352099001761481 IMEI2: 490154203237518",
        "IMEI 1 352099001761481 / IMEI 2 490154203237518",
    ] {
        let two = Ok((first.clone(), Some(second.clone())));
        assert_eq!(Serial::one_or_two(written), two, "{written:?}");
        let refused = written.parse::<Serial>().unwrap_err().to_string();
        assert_eq!(
            refused, "one number, please: write 352099001761481 or 490154203237518, not both",
            "{written:?}"
        );
    }
    for written in [
        "352099001761481 / R58N30ABCDE",
        "IMEI: 352099001761481, S/N: R58N30ABCDE",
        "IMEI 352099/00/176148/1 S/N R58N30ABCDE",
    ] {
        let (read, makers) = Serial::one_or_two(written).unwrap();
        assert_eq!((&read, makers.unwrap().as_str()), (&first, "R58N30ABCDE"), "{written:?}");
    }
    let three = "352099001761481, 490154203237518, 356938035643809".parse::<Serial>();
    assert!(matches!(three, Err(InvalidSerial::Several { .. })), "{three:?}");
}

/// The check digit of an IMEI's first 14 digits.
fn check_digit(body: &str) -> char {
    let digit = ('0'..='9').find(|c| format!("{body}{c}").parse::<Serial>().is_ok());
    digit.unwrap()
}

/// What people put between two digits.
fn between() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just(""),
        4 => prop::sample::select(&[
            " ", "-", "/", ".", " / ", "\u{A0}", "\u{2009}", "\u{202F}", "\u{2010}", "\u{2013}",
            "\u{2212}", "\u{FF0D}", "\u{FF0F}", "\u{200B}", "\u{200E}", "\u{2060}", "\u{AD}",
            "\u{FEFF}",
        ][..]),
    ]
}

fn label() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "",
            "",
            "IMEI ",
            "IMEI: ",
            "imei:",
            "IMEI1: ",
            "IMEI 1: ",
            "IMEI2 ",
            "Imei 2 ",
            "S/N ",
            "S/N: ",
            "SN: ",
            "Serial number: ",
            "\u{FEFF}",
            "\u{202B}IMEI: ",
            "IMEI (SIM 2) ",
        ][..],
    )
}

fn in_script(digits: &str, zero: char) -> Vec<String> {
    let digit = |c: char| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap();
    digits.chars().map(|c| digit(c).to_string()).collect()
}

prop_compose! {
    /// An IMEI with this check digit, or the one next to it, as someone may write it.
    fn written()(
        body in "(0[1]|3[05]|4[459]|5[0-4]|8[69]|9[189])[0-9]{12}",
        wrong in 1..10_u32,
        label in label(),
        gaps in prop::collection::vec(between(), 15),
        zero in prop::sample::select(&['0', '0', '\u{660}', '\u{6F0}', '\u{966}', '\u{FF10}'][..]),
        version in prop::sample::select(&["", "", "01", " / 01", "/78", " SV 05"][..]),
    ) -> (String, String, String) {
        let right = check_digit(&body);
        let other = (right.to_digit(10).unwrap() + wrong) % 10;
        let decorated = |check: char| {
            let digits = in_script(&format!("{body}{check}"), zero);
            let grouped = digits.iter().zip(&gaps).map(|(digit, gap)| format!("{digit}{gap}"));
            format!("{label}{}{version}", grouped.collect::<String>())
        };
        let other = char::from_digit(other, 10).unwrap();
        (format!("{body}{right}"), decorated(right), decorated(other))
    }
}

proptest! {
    #[test]
    fn any_decoration_of_an_imei_is_that_imei((imei, right, _) in written()) {
        let read = right.parse::<Serial>();
        prop_assert_eq!(read.map(|serial| serial.to_string()), Ok(imei), "{:?}", right);
    }

    #[test]
    fn any_decoration_of_a_wrong_check_digit_is_refused((_, _, wrong) in written()) {
        prop_assert_eq!(wrong.parse::<Serial>(), Err(InvalidSerial::CheckDigit), "{:?}", wrong);
    }

    #[test]
    fn a_serial_reads_back_as_it_is_stored(text in "[ -~\u{A0}\u{200B}\u{660}-\u{669}]{0,44}") {
        if let Ok(serial) = text.parse::<Serial>() {
            let again = serial.as_str().parse::<Serial>();
            prop_assert_eq!(again, Ok(serial), "{:?}", text);
        }
    }

    #[test]
    fn a_stored_form_is_kept(number in "[A-Z0-9][A-Z0-9/-]{2,12}[A-Z0-9]") {
        if let Ok(serial) = number.parse::<Serial>() {
            let is_plain = !number.contains("IMEI") && !number.contains("MEID");
            let is_own = serial.kind() == SerialKind::Free;
            prop_assert!(!is_plain || !is_own || serial.as_str() == number, "{}", number);
        }
    }
}
