//! Mutates good inputs: flips, drops, duplicates and splices bytes; and where an input contains
//! JSON, drops, duplicates, swaps and nests values, or puts them out of range.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_kernel::Hash;
use serde_json::Value;

/// The longest input, in bytes. Longer ones are caught by the limits of the edge and the broker.
const MAX_LENGTH: usize = 64 * 1024;

/// Numbers that are likely to break a reader.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1e999",
    "-0.0",
    "0.1",
    "127",
    "255",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
];

/// Texts that are likely to break a reader.
const TEXTS: [&str; 20] = [
    "",
    " ",
    "\0",
    "\u{202e}",
    "💥",
    "e\u{301}",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "-262143-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z",
    "2025-02-30T00:00:00Z",
    "null",
    "RUB",
    "XXX",
    "Europe/Moscow",
    "ord_",
    "clm_00000000000000000000000000-1.2-3",
    "system:clock",
    "pol_00000000000000000000000000-4294967295.4294967295",
    "356938035643809",
];

pub struct Mutator {
    seeds: Vec<Vec<u8>>,
}

impl Mutator {
    /// A mutator of these seeds; without seeds, inputs are random.
    pub fn new(seeds: Vec<Vec<u8>>) -> Self {
        Self { seeds: if seeds.is_empty() { vec![Vec::new()] } else { seeds } }
    }

    /// The input with this number; it never changes. Each seed comes first, unmodified.
    pub fn input(&self, target: &str, number: u64) -> Vec<u8> {
        let seed = Hash::of_bytes(format!("{target}/{number}").as_bytes());
        let seed =
            seed.to_string().bytes().take(16).fold(0_u64, |all, c| (all << 4) ^ u64::from(c));
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let count = self.seeds.len() as u64;
        let mut input = self.seeds[usize::try_from(number % count).unwrap_or_default()].clone();
        if number < count {
            return input;
        }
        for _ in 0..dice.random_range(0..4) {
            if dice.random_bool(0.5) {
                change_json(&mut input, &mut dice);
            } else {
                self.change_bytes(&mut input, &mut dice);
            }
        }
        input.truncate(MAX_LENGTH);
        input
    }

    fn change_bytes(&self, input: &mut Vec<u8>, dice: &mut ChaCha8Rng) {
        let length = input.len();
        let at = dice.random_range(0..=length);
        let run = dice.random_range(0..=(length - at).min(64));
        match dice.random_range(0..8) {
            0 if length > 0 => input[at.min(length - 1)] ^= 1 << dice.random_range(0..8),
            1 if length > 0 => input[at.min(length - 1)] = dice.random_range(0..=255),
            2 => drop(input.drain(at..at + run)),
            3 => {
                let doubled = input[at..at + run].to_vec();
                input.splice(at..at, doubled);
            }
            4 => input.truncate(at),
            5 => {
                let word = TEXTS[dice.random_range(0..TEXTS.len())];
                input.splice(at..at + run, word.bytes());
            }
            6 => {
                let other = &self.seeds[dice.random_range(0..self.seeds.len())];
                let from = dice.random_range(0..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                let bytes: Vec<u8> =
                    (0..dice.random_range(1..8)).map(|_| dice.random_range(0..=255)).collect();
                input.splice(at..at, bytes);
            }
        }
    }
}

/// Changes one value within the JSON that an input ends with, if there is any.
fn change_json(input: &mut Vec<u8>, dice: &mut ChaCha8Rng) {
    let Some(start) = input.iter().position(|byte| matches!(byte, b'{' | b'[')) else { return };
    let Ok(mut whole) = serde_json::from_slice::<Value>(&input[start..]) else { return };
    let count_of_values = count(&whole);
    let mut at = dice.random_range(0..count_of_values);
    let mut raw = None;
    change(&mut whole, &mut at, dice, &mut raw);
    let mut text = whole.to_string();
    if let Some(raw) = raw {
        text = text.replacen(PLACEHOLDER, &raw, 1);
    }
    input.truncate(start);
    input.extend_from_slice(text.as_bytes());
}

/// Placeholder for a text that cannot be written as a JSON value.
const PLACEHOLDER: &str = "\"\\u001arecourse\"";

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Changes the value with this index; a value is followed by the values within it.
fn change(value: &mut Value, at: &mut usize, dice: &mut ChaCha8Rng, raw: &mut Option<String>) {
    if *at == 0 {
        *at = usize::MAX;
        change_here(value, dice, raw);
        return;
    }
    *at -= 1;
    let within: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    for value in within {
        if *at == usize::MAX {
            return;
        }
        change(value, at, dice, raw);
    }
}

fn change_here(value: &mut Value, dice: &mut ChaCha8Rng, raw: &mut Option<String>) {
    // Raw text is inserted after the rest was serialized.
    let mut put_raw = |value: &mut Value, text: String| {
        // JSON escapes control characters, so the placeholder is searched for in its escaped form.
        *value = Value::String("\u{1a}recourse".to_owned());
        *raw = Some(text);
    };
    let text = TEXTS[dice.random_range(0..TEXTS.len())];
    match (dice.random_range(0..10), &mut *value) {
        (0, Value::Object(fields)) if !fields.is_empty() => {
            let name = fields.keys().nth(dice.random_range(0..fields.len())).cloned();
            fields.remove(&name.unwrap_or_default());
        }
        (1, Value::Object(fields)) => {
            fields.insert(text.to_owned(), Value::from(dice.random_range(0..9)));
        }
        (2, Value::Object(fields)) if !fields.is_empty() => {
            // The same field twice.
            let whole = Value::Object(fields.clone()).to_string();
            let inner = &whole[1..whole.len() - 1];
            let text = format!("{{{inner},{inner}}}");
            put_raw(value, text);
        }
        (3, Value::Array(items)) => items.truncate(dice.random_range(0..=items.len())),
        (4, Value::Array(items)) if !items.is_empty() => {
            let item = items[dice.random_range(0..items.len())].clone();
            let times = [1, 2, 50][dice.random_range(0..3)];
            items.extend(std::iter::repeat_n(item, times));
        }
        (5, _) => *value = Value::Null,
        (6, _) => put_raw(value, NUMBERS[dice.random_range(0..NUMBERS.len())].to_owned()),
        (7, Value::String(now)) => *value = Value::String(now.clone() + text),
        (8, _) => {
            let depth = [2, 100, 200, 10_000][dice.random_range(0..4)];
            let inner = value.to_string();
            put_raw(value, "[".repeat(depth) + &inner + &"]".repeat(depth));
        }
        _ => *value = Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_never_changes_and_the_next_one_differs() {
        let mutator = Mutator::new(vec![br#"x{"a": [1, {"b": "c"}]}"#.to_vec()]);
        let inputs: Vec<_> = (0..300).map(|number| mutator.input("t", number)).collect();
        assert_eq!(inputs, (0..300).map(|number| mutator.input("t", number)).collect::<Vec<_>>());
        assert_eq!(inputs[0], br#"x{"a": [1, {"b": "c"}]}"#);
        let has =
            |what: &[u8]| inputs.iter().any(|input| input.windows(what.len()).any(|it| it == what));
        for what in [&b"\"b\":\"c\",\"b\":\"c\""[..], b"1e999", b"[[[[[[[[", b"null", b"\\u0000"] {
            assert!(has(what), "{}", String::from_utf8_lossy(what));
        }
        assert!(inputs.iter().any(|input| std::str::from_utf8(input).is_err()));
        assert!(!has(b"recourse"), "no placeholder is left");
    }
}
