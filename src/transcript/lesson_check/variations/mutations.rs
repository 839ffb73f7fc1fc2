//! Mutations: small changes that make an answer wrong.

use std::ops::Range;

use super::methods::command_of;
use super::played_answer::{InputKind, PlayedAnswer, PlayedInput};
use super::{Mutant, Mutation, Silence};
use crate::lesson::command_families::{FAMILIES, Member};
use crate::lesson::evidence::canonical;
use crate::lesson::value::{self, Value};
use crate::redis_cli;
use python_kernel::syntax::structure::{self, Argument, Form, LiteralValue};

/// The mutations, each with its name.
pub const MUTATIONS: &[Mutation] = &[
    ("other-key", with_other_key),
    ("neighbour-command", with_neighbour_command),
    ("swapped-arguments", with_swapped_arguments),
    ("left-out", with_line_left_out),
    ("off-by-one", off_by_one),
    ("not-executed", not_executed),
    ("not-called", not_called),
    ("wrong-client", by_wrong_client),
];

/// Commands, each with other commands that learners may use in its place by mistake. They are used in addition to
/// [`FAMILIES`]. They are not listed there, because the tutor bases its feedback on `FAMILIES`.
const TAKEN_FOR: &[(&str, &[&str])] = &[
    ("DEL", &["HDEL"]),
    ("HGETALL", &["GET", "HKEYS", "HVALS"]),
    ("HINCRBY", &["INCRBY", "ZINCRBY"]),
    ("HLEN", &["SCARD", "STRLEN"]),
    ("HMGET", &["HGET"]),
    ("LLEN", &["SCARD", "STRLEN"]),
    ("LMOVE", &["RPOPLPUSH"]),
    ("LPUSH", &["LPUSHX", "SADD"]),
    ("LRANGE", &["GET"]),
    ("LREM", &["LPOP", "SREM"]),
    ("LTRIM", &["LREM"]),
    ("MGET", &["GET"]),
    ("RENAME", &["RENAMENX"]),
    ("RPUSH", &["RPUSHX", "SADD"]),
    ("SADD", &["LPUSH", "RPUSH"]),
    ("SCARD", &["LLEN"]),
    ("SET", &["GETSET"]),
    ("SETNX", &["SET"]),
    ("SINTER", &["SINTERSTORE"]),
    ("SINTERCARD", &["SINTER"]),
    ("SMEMBERS", &["GET", "LRANGE"]),
    ("ZADD", &["SADD"]),
    ("ZCARD", &["LLEN", "SCARD"]),
    ("ZINCRBY", &["HINCRBY", "INCRBY"]),
    ("ZRANGE", &["LRANGE", "ZRANGEBYSCORE"]),
    ("ZRANGEBYSCORE", &["ZRANGE"]),
    ("ZREM", &["SREM"]),
    ("ZREMRANGEBYRANK", &["ZRANGE", "ZREMRANGEBYSCORE"]),
    ("ZREMRANGEBYSCORE", &["ZRANGEBYSCORE", "ZREMRANGEBYRANK"]),
];

/// Pairs of commands that differ little when they are asked for a single value: the first returns the value alone, and
/// the second returns it in a list.
const SAME_FOR_ONE: &[(&str, &str)] = &[("GET", "MGET"), ("HGET", "HMGET")];

/// Returns the commands that learners may mistake for the given command.
fn neighbours(command: &str) -> Vec<&'static str> {
    let command = canonical(command);
    let has_command = |family: &&&[Member]| family.iter().any(|(name, _)| *name == command);
    let of_families = FAMILIES.iter().filter(has_command).flat_map(|family| family.iter().map(|(name, _)| *name));
    let others = TAKEN_FOR.iter().filter(|(name, _)| *name == command).flat_map(|(_, others)| others.iter().copied());
    let mut found: Vec<&str> = of_families.chain(others).filter(|name| *name != command).collect();
    found.retain(|name| !SAME_FOR_ONE.contains(&(command.as_str(), name)));
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns mutants that replace a key with another key, either in a single input or in all inputs.
fn with_other_key(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for key in answer.keys() {
        let other = format!("{key}:2");
        let changed: Vec<Option<String>> =
            answer.inputs.iter().map(|input| with_other_text(input, &key, &other)).collect();
        let changes = changed.iter().flatten().count();
        if changes > 1 {
            // If the key is replaced in all inputs, the mutant is wrong only if the learner knows which key to use.
            if (answer.start.is_known_key)(&key) {
                let all = changed.iter().zip(answer.texts()).map(|(changed, text)| changed.clone().unwrap_or(text));
                mutants.push(Mutant::new(all.collect()));
            }
        } else if !(answer.start.is_known_key)(&key) {
            continue;
        }
        let one = changed.into_iter().enumerate().filter_map(|(index, text)| Some(answer.with_input(index, text?)));
        mutants.extend(one.map(Mutant::new));
    }
    mutants
}

/// Replaces a string in an input. Returns `None` if the input does not contain the string.
fn with_other_text(input: &PlayedInput, text: &str, other: &str) -> Option<String> {
    match &input.kind {
        InputKind::Python(statement) => {
            let is_text = |value: &LiteralValue| matches!(value, LiteralValue::Text(found) if found == text);
            let places: Vec<_> = statement.literals.iter().filter(|literal| is_text(&literal.value)).collect();
            let quoted = value::repr(&Value::Text(other.to_owned()));
            let edits = places.iter().map(|literal| (literal.range.clone(), quoted.as_str()));
            (!places.is_empty()).then(|| structure::replaced(&input.text, edits))
        }
        InputKind::Cli(words) => {
            let replaced: Vec<&str> = words.iter().map(|word| if word == text { other } else { word }).collect();
            (*words != replaced).then(|| redis_cli::join(&replaced))
        }
        InputKind::Tutor | InputKind::Broken => None,
    }
}

/// Returns mutants that replace a command with one for which learners may mistake it, with the same arguments.
fn with_neighbour_command(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, input) in answer.inputs.iter().enumerate() {
        let texts: Vec<String> = match &input.kind {
            InputKind::Python(statement) => {
                let calls = statement.calls.iter().filter(|call| answer.is_command(input, call));
                let renamed = calls.flat_map(|call| {
                    let others = neighbours(&command_of(&call.method)).into_iter();
                    let methods = others.filter_map(|other| answer.methods.method_of(other));
                    methods.map(|method| structure::replaced(&input.text, [(call.method_range.clone(), method)]))
                });
                renamed.collect()
            }
            InputKind::Cli(words) => {
                let others = neighbours(&words[0]).into_iter();
                others
                    .map(|other| {
                        [&[other], words[1..].iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat()
                    })
                    .map(|words| redis_cli::join(&words))
                    .collect()
            }
            InputKind::Tutor | InputKind::Broken => Vec::new(),
        };
        mutants.extend(texts.into_iter().map(|text| Mutant::new(answer.with_input(index, text))));
    }
    mutants
}

/// Returns mutants in which two adjacent arguments of a command are swapped.
fn with_swapped_arguments(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, input) in answer.inputs.iter().enumerate() {
        let texts: Vec<String> = match &input.kind {
            InputKind::Python(statement) => {
                let calls = statement.calls.iter().filter(|call| answer.is_command(input, call));
                calls
                    .flat_map(|call| {
                        let ordered = ordered_arguments(&command_of(&call.method)).min(call.arguments.len());
                        swapped(&input.text, &call.arguments[..ordered])
                    })
                    .collect()
            }
            InputKind::Cli(words) => (2..words.len().min(ordered_arguments(&words[0]) + 1))
                .map(|at| {
                    let mut words = words.clone();
                    words.swap(at - 1, at);
                    redis_cli::join(&words)
                })
                .collect(),
            InputKind::Tutor | InputKind::Broken => Vec::new(),
        };
        let texts = texts.into_iter().filter(|text| *text != input.text);
        mutants.extend(texts.map(|text| Mutant::new(answer.with_input(index, text))));
    }
    mutants
}

/// Returns how many of a command's arguments, counted from the first, must be in the given order. The fields of HMGET
/// and the keys of MGET may be in any order.
fn ordered_arguments(command: &str) -> usize {
    match canonical(command).as_str() {
        "HMGET" => 2,
        "MGET" => 0,
        _ => usize::MAX - 1,
    }
}

/// Returns variants of `text`. In each one, two adjacent positional arguments of a call are swapped.
fn swapped(text: &str, arguments: &[Argument]) -> Vec<String> {
    let is_plain = |argument: &Argument| argument.keyword.is_none() && !argument.is_starred;
    let pairs = arguments.windows(2).filter(|pair| pair.iter().all(is_plain));
    let swap = |first: &Range<usize>, second: &Range<usize>| {
        let edits = [(first.clone(), &text[second.clone()]), (second.clone(), &text[first.clone()])];
        structure::replaced(text, edits)
    };
    pairs.map(|pair| swap(&pair[0].range, &pair[1].range)).collect()
}

/// Returns mutants that lack one of several inputs. If the last input is missing, the learner may simply not have
/// finished, so the tutor is allowed to stay silent.
fn with_line_left_out(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let last = answer.inputs.len().saturating_sub(1);
    let is_left_out = |index: &usize| answer.inputs.len() > 1 && answer.inputs[*index].switches_to().is_none();
    let indices = (0..answer.inputs.len()).filter(is_left_out);
    let without = indices.map(|index| {
        let mut texts = answer.texts();
        texts.remove(index);
        Mutant {
            inputs: texts,
            silence: if index == last { Silence::Allowed } else { Silence::AllowedWithoutCommands },
        }
    });
    // Without its last line, an answer may consist only of tutor commands. They are never judged, so such a mutant is
    // left out.
    without.filter(|mutant| mutant.inputs.iter().any(|text| !text.starts_with(':'))).collect()
}

/// Returns mutants in which a number is off by one.
fn off_by_one(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, input) in answer.inputs.iter().enumerate() {
        let texts: Vec<String> = match &input.kind {
            InputKind::Python(statement) => {
                let numbers = statement.literals.iter().filter_map(|literal| match literal.value {
                    LiteralValue::Integer(number) => Some((literal.range.clone(), number)),
                    _ => None,
                });
                let changed = |(range, number): (Range<usize>, i64)| {
                    let others = [number.checked_add(1), number.checked_sub(1)].into_iter().flatten();
                    let text = |other: i64| structure::replaced(&input.text, [(range.clone(), other.to_string())]);
                    others.map(text).collect::<Vec<_>>()
                };
                numbers.flat_map(changed).collect()
            }
            InputKind::Cli(words) => {
                let numbers = words.iter().enumerate().filter_map(|(at, word)| Some((at, word.parse::<i64>().ok()?)));
                let changed = |(at, number): (usize, i64)| {
                    let others = [number.checked_add(1), number.checked_sub(1)].into_iter().flatten();
                    let text = |other: i64| {
                        let mut words = words.clone();
                        words[at] = other.to_string();
                        redis_cli::join(&words)
                    };
                    others.map(text).collect::<Vec<_>>()
                };
                numbers.flat_map(changed).collect()
            }
            InputKind::Tutor | InputKind::Broken => Vec::new(),
        };
        mutants.extend(texts.into_iter().map(|text| Mutant::new(answer.with_input(index, text))));
    }
    mutants
}

/// Returns mutants that do not execute a pipeline. The pipeline is the answer's own, or a new one for an input's only
/// command.
fn not_executed(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, input) in answer.inputs.iter().enumerate() {
        let Some(statement) = input.statement() else { continue };
        let is_execute = |text: &str| text.contains("pipeline(");
        for call in statement.calls.iter().filter(|call| call.method == "execute" && call.arguments.is_empty()) {
            let receiver = &input.text[call.receiver.clone()];
            if is_execute(receiver) || call.receiver_name.is_none() {
                let text = structure::replaced(&input.text, [(call.range.clone(), receiver)]);
                mutants.push(Mutant::new(answer.with_input(index, text)));
            }
        }
        let mut commands = statement.calls.iter().filter(|call| answer.is_command(input, call));
        if let (Some(call), None) = (commands.next(), commands.next())
            && call.runs_once
            && call.receiver_name.as_deref() == Some("r")
        {
            let text = structure::replaced(&input.text, [(call.receiver.clone(), "r.pipeline()")]);
            mutants.push(Mutant::new(answer.with_input(index, text)));
        }
    }
    mutants
}

/// Returns mutants that define functions without calling them. The functions are the answer's own, or a new one that
/// contains the answer's only line.
fn not_called(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let is_definition = |input: &&PlayedInput| {
        input.statement().is_some_and(|s| matches!(s.form, Form::Definition { .. } | Form::Import))
    };
    let definitions: Vec<String> =
        answer.inputs.iter().take_while(is_definition).map(|input| input.text.clone()).collect();
    let has_function = definitions.iter().any(|text| text.starts_with("def "));
    if has_function && definitions.len() < answer.inputs.len() {
        // The learner may be about to call the functions, so the tutor may stay silent.
        return vec![Mutant { inputs: definitions, silence: Silence::Allowed }];
    }
    let [only] = answer.inputs.as_slice() else { return Vec::new() };
    let Some(statement) = only.statement() else { return Vec::new() };
    let (Form::Expression(expression), Some(name)) = (&statement.form, answer.fresh_name(&["answer", "look", "fetch"]))
    else {
        return Vec::new();
    };
    let body = only.text[expression.range.clone()].replace('\n', "\n    ");
    let keyword = if expression.printed.is_some() { "" } else { "return " };
    vec![Mutant::new(vec![format!("def {name}():\n    {keyword}{body}\n")])]
}

/// If the step names the clients that must act, returns mutants that run all inputs as another client. If it names
/// several clients, also returns mutants that run all inputs as each of them alone.
fn by_wrong_client(answer: &PlayedAnswer<'_>) -> Vec<Mutant> {
    let names = answer.expect().map(|expect| expect.by.as_slice()).unwrap_or_default();
    let is_switch = |input: &PlayedInput| input.switches_to().is_some();
    let rest: Vec<String> =
        answer.inputs.iter().filter(|input| !is_switch(input)).map(|input| input.text.clone()).collect();
    if names.is_empty() || rest.is_empty() {
        return Vec::new();
    }
    let as_client = |name: &str| [format!(":client {name}")].into_iter().chain(rest.iter().cloned()).collect();
    let mut mutants = vec![Mutant::new(as_client("somebody"))];
    if names.len() > 1 {
        mutants.extend(names.iter().map(|name| Mutant::new(as_client(name))));
    }
    mutants
}

#[cfg(test)]
mod tests {
    use redis_engine::commands;

    use super::*;

    #[test]
    fn all_names_in_the_table_are_commands_and_sorted() {
        for (name, others) in TAKEN_FOR {
            for name in [name].into_iter().chain(*others) {
                assert!(commands::by_name(name).is_some(), "{name}");
            }
            assert!(others.is_sorted(), "{name}");
        }
        assert!(TAKEN_FOR.is_sorted_by_key(|(name, _)| *name));
        assert!(neighbours("hmget").contains(&"HGETALL") && !neighbours("HGET").contains(&"HMGET"));
        assert!(neighbours("INCR").contains(&"DECRBY"), "INCR is called INCRBY");
    }
}
