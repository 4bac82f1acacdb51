//! How files are cut.

use std::io::BufReader;

use proptest::prelude::*;

use super::*;

fn texts<R: BufRead>(pieces: Pieces<R>) -> Vec<String> {
    let pieces = pieces.map(|piece| piece.unwrap());
    pieces.map(|piece| String::from_utf8(piece.bytes).unwrap()).collect()
}

fn values(text: &str) -> Vec<String> {
    // A tiny buffer, so that every piece spans several reads.
    texts(Pieces::values(BufReader::with_capacity(3, text.as_bytes()), 1000))
}

/// The pieces of a file whose longest piece has 30 bytes.
fn answers(text: &str) -> Vec<String> {
    texts(Pieces::answers(BufReader::with_capacity(3, text.as_bytes()), 30))
}

#[test]
fn values_are_found_in_any_layout() {
    let one = r#"{"a":"}{\"]","b":[{"c":1}]}"#;
    for text in [
        format!("{one}\n{one}\n"),
        format!("[{one},\n {one}]"),
        format!("[{one}\n,{one}]"),
        format!("{one}{one}"),
        format!("\u{FEFF}[ {one} , {one} ]\r\n"),
    ] {
        assert_eq!(values(&text), [one, one], "{text}");
    }
    assert!(values(" [ ] \n").is_empty());
}

#[test]
fn a_value_may_have_objects_at_the_start_of_its_lines() {
    let one = "{\"orders\": [\n{\"id\": 1},\n{\"id\": 2}\n], \"page\":\n{\"n\": 1}}";
    assert_eq!(values(&format!("{{}}\n{one}\n{one}\n")), ["{}", one, one]);
}

#[test]
fn invalid_json_becomes_a_piece_of_its_own_and_parsing_continues() {
    assert_eq!(values("oops\n{}\n{\"a\":"), ["oops", "{}", "{\"a\":"]);
    assert_eq!(values("{}}{}\n{}"), ["{}", "}", "{}", "{}"]);
}

#[test]
fn a_line_that_was_cut_ends_where_the_next_record_begins() {
    let (one, two) = (r#"{"id":1,"a":{"b":"c"}}"#, r#"{"id":2,"a":[{"b":1},{"c":2}]}"#);
    for cut in [
        r#"{"id":7,"a":{"b":"c"}"#,
        r#"{"id":7,"a":{"b":"c"#,
        r#"{"id":7,"a":{"b":"c\"#,
        r#"{"id":7,"a":{"b":"#,
        r#"{"id":7,"a":[{"b":1},"#,
        r#"{"id":7,"a":[{"b":1}"#,
        r#"{"id":7,"a":["#,
        r#"{"id":7,"#,
        "{",
    ] {
        for end in ["\n", "\r\n"] {
            let first = [cut, one, two, one].join(end);
            assert_eq!(values(&first), [cut, one, two, one], "{first}");
            let middle = [one, cut, two, cut, one, cut].join(end);
            assert_eq!(values(&middle), [one, cut, two, cut, one, cut], "{middle}");
            let last = [one, cut, two, ""].join(end);
            assert_eq!(values(&last), [one, cut, two], "{last}");
        }
        let array = format!("[\n{one},\n{cut}\n{two},\n{one}]");
        assert_eq!(values(&array), [one, cut, two, one], "{array}");
    }
}

#[test]
fn what_is_no_object_in_an_array_is_a_piece_of_its_own() {
    let text = r#"[null,{"a":1},"b,c]",{"a":2},undefined, 7 ,{"a":3},[true]]"#;
    let expected =
        ["null", r#"{"a":1}"#, r#""b,c]""#, r#"{"a":2}"#, "undefined", "7", r#"{"a":3}"#, "true"];
    assert_eq!(values(text), expected);
    assert_eq!(values("[\"cut\n{}]\n{}"), ["\"cut", "{}", "{}"]);
}

#[test]
fn lines_are_numbered_and_empty_ones_skipped() {
    let pieces: Vec<_> =
        Pieces::lines("a\r\n\nb".as_bytes(), 10).map(|piece| piece.unwrap()).collect();
    let seen: Vec<_> = pieces.iter().map(|piece| (piece.number, &piece.bytes[..])).collect();
    assert_eq!(seen, [(1, &b"a"[..]), (2, &b"b"[..])]);
}

#[test]
fn a_piece_that_is_too_long_is_reported_and_not_kept() {
    let text = format!("{}\nshort\n", "x".repeat(50_000));
    let mut pieces = Pieces::lines(text.as_bytes(), 10_000);
    let long = pieces.next().unwrap().unwrap();
    assert!(long.is_too_long && long.bytes.len() == 4096);
    assert_eq!(pieces.next().unwrap().unwrap().bytes, b"short");
    assert_eq!(pieces.bytes_read(), text.len() as u64);
}

#[test]
fn an_answer_of_any_length_is_cut_into_its_records() {
    let one = r#"{"id":1,"refunds":[]}"#;
    let list = [one; 5].join(", ");
    for (before, after) in [
        (r#"{"orders":["#, "]}"),
        (r#"{"n":1,"orders":["#, r#"],"page":{"n":[1]}}"#),
        (r#"{"data":{"orders":{"edges":["#, r#"]}},"extensions":{}}"#),
        (r#"{"data":{"orders":{"nodes":["#, r#"],"pageInfo":{}}}}"#),
        (r#"{"refunds":["#, "]}"),
    ] {
        let around = format!("{before}{after}");
        let expected = [vec![one; 5], vec![around.as_str()], vec!["{}"]].concat();
        assert_eq!(answers(&format!("{before}{list}{after}\n{{}}")), expected);
    }
    let two = answers(&format!(r#"{{"orders":[{list}],"refunds":[{list}]}}"#));
    assert_eq!(two.len(), 11);
    assert_eq!(two[10], r#"{"orders":[],"refunds":[]}"#);
}

#[test]
fn a_broken_record_of_a_long_answer_does_not_take_the_others_with_it() {
    let one = r#"{"id":1,"refunds":[]}"#;
    let text = format!("{{\"orders\":[\n{one},\nnull,\n{{\"id\":7,\n{one}\n]}}\n{one}");
    let expected = [one, "null", r#"{"id":7,"#, one, r#"{"orders":[]}"#, one];
    assert_eq!(answers(&text), expected);
    let cut = format!("{{\"orders\":[{one},{one},{{\"id\"");
    assert_eq!(answers(&cut), [one, one, r#"{"id""#, r#"{"orders":["#]);
    // Its last bracket is missing.
    let open = format!("{{\"orders\":[{one},{one}]\n{one}\n{one}\n");
    assert_eq!(answers(&open), [one, one, "{\"orders\":[]", one, one]);
}

#[test]
fn a_record_that_was_cut_in_a_long_array_does_not_take_the_others_with_it() {
    let one = r#"{"id":1,"a":[]}"#;
    let text = format!("[\n{{\"id\":7,\"a\":[\n{}\n{one}]", [one; 9].join(",\n") + ",");
    assert_eq!(answers(&text), [vec![r#"{"id":7,"a":["#], vec![one; 10]].concat());
}

#[test]
fn a_long_record_is_not_cut() {
    let long = format!(r#"{{"id":1,"refunds":[{}]}}"#, r#"{"id":2},"#.repeat(5));
    let pieces = Pieces::answers(long.as_bytes(), 30);
    let pieces: Vec<_> = pieces.map(|piece| piece.unwrap().is_too_long).collect();
    assert_eq!(pieces, [true]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_byte_is_read_once(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(b"{}[],:\"\n orders".to_vec())],
            0..200,
        ),
    ) {
        for mut pieces in [
            Pieces::lines(&bytes[..], 50),
            Pieces::values(&bytes[..], 50),
            Pieces::answers(&bytes[..], 50),
        ] {
            while pieces.next().is_some() {}
            prop_assert_eq!(pieces.bytes_read(), bytes.len() as u64);
        }
    }

    #[test]
    fn a_line_cut_anywhere_is_one_piece(cut in 1_usize..40, lines in 1_usize..4) {
        let one = r#"{"id":1,"a":[{"b":"c"},{"d":["e"]}],"f":{"g":7}}"#;
        let cut = &one[..cut];
        let file = [vec![cut], vec![one; lines]].concat();
        prop_assert_eq!(values(&file.join("\n")), file);
    }
}
