//! Feedback for learners: Markdown sentences about the differences that `mismatches` found.

mod command;
mod prediction;
mod state;
mod value;

use super::failed_expectations;
use super::mismatches::no_effect::{NoEffect, Unchanged};
use super::mismatches::unsent::Unsent;
use super::mismatches::{ActorMismatch, Mismatch, RaceMismatch, RedisErrorMismatch, ReplyMismatch};
use crate::markup::code;
use crate::messages::feedback as messages;
use crate::messages::runtime::method_not_called;
use crate::spelling::call_of_method;

pub use prediction::type_mismatch_sentence;
pub use state::{expectation_sentence, misspelling_sentence};

/// Returns one or two sentences for each mismatch, as one string per mismatch.
pub fn sentences(mismatches: &[Mismatch]) -> Vec<String> {
    mismatches.iter().map(sentence).collect()
}

fn sentence(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Client(mismatch) => actor_sentence(mismatch),
        Mismatch::Error { wanted, was_another_raised: true } => messages::another_error_wanted(code(wanted)),
        Mismatch::Error { wanted, was_another_raised: false } => messages::error_wanted(code(wanted)),
        Mismatch::Reply(mismatch) => reply_sentence(mismatch),
        Mismatch::NearReply(difference) => value::sentence(difference),
        Mismatch::Output { wanted, actual } if actual.is_empty() => messages::output_wanted_none_printed(code(wanted)),
        Mismatch::Output { wanted, actual } => messages::output_wanted(code(wanted), code(&value::shortened(actual))),
        Mismatch::CommandNotSent { wanted, sent } => messages::command_wanted(names_of(wanted), command_list(sent)),
        Mismatch::SentByOther { command, wanted, actual } => {
            messages::sent_by_other(lines_of(command), code(wanted), code(actual))
        }
        Mismatch::NotSent { wanted, actual: Some(actual) } => messages::command_wanted(lines_of(wanted), code(actual)),
        Mismatch::NotSent { wanted, actual: None } => messages::not_sent_yet(lines_of(wanted)),
        Mismatch::SentTooSeldom { name, wanted, sent, key: None } => {
            messages::sent_too_seldom(code(name), wanted, sent)
        }
        Mismatch::SentTooSeldom { name, wanted, sent, key: Some(key) } => {
            messages::sent_too_seldom_for_key(code(name), code(key), wanted, sent)
        }
        Mismatch::VariableNotSet { name } => messages::variable_not_set(code(name)),
        Mismatch::WaitingOrder { first, second } => messages::waiting_order(code(second), code(first)),
        Mismatch::UnwantedCommand { name } => messages::command_unwanted(code(name)),
        Mismatch::State(mismatch) => state::sentence(mismatch),
        Mismatch::KeyChanged { key } => messages::key_changed(code(key)),
        Mismatch::Race(mismatch) => race_sentence(mismatch),
        Mismatch::NotWaiting { client } => messages::client_not_waiting(code(client)),
        Mismatch::NotFromRedis => messages::not_from_redis(),
        Mismatch::FromOtherKeys { wanted, actual: Some(actual) } => {
            messages::from_other_key(code(actual), code(wanted))
        }
        Mismatch::FromOtherKeys { wanted, actual: None } => messages::from_elsewhere(code(wanted)),
        Mismatch::Command(mismatch) => command::sentence(mismatch),
        Mismatch::RedisError(mismatch) => redis_error_sentence(mismatch),
        Mismatch::Unsent(unsent) => unsent_sentence(unsent),
        Mismatch::EndedWithError => messages::ended_with_error(),
    }
}

/// Returns a sentence that explains why a submission had no effect.
pub fn no_effect_sentence(reason: &NoEffect) -> String {
    match reason {
        NoEffect::PipelineNotExecuted => messages::pipeline_not_executed(),
        NoEffect::AssignedKey { key } => messages::key_is_no_variable(code(&format!("'{key}'"))),
        NoEffect::NotCalled { source } => method_not_called(code(source), code(&call_of_method(source))),
        NoEffect::Generator => messages::generator_shown(),
        NoEffect::PythonType => messages::type_of_python(),
        NoEffect::LoopSentNothing => messages::loop_sent_nothing(),
        NoEffect::EmptyRange { command, first, second, is_downwards } => {
            let message =
                if *is_downwards { messages::range_wants_upper_first } else { messages::range_wants_lower_first };
            message(code(command), code(first), code(second))
        }
        NoEffect::OtherElements { count } => messages::other_elements(count),
        NoEffect::NoSuchKey { command, key } => messages::no_such_key(code(key), code(command)),
        NoEffect::NothingFound { command, words, key } => {
            let words: Vec<String> = words.iter().map(|word| code(word)).collect();
            messages::nothing_found(code(command), words.join(", "), code(key))
        }
        NoEffect::NothingChanged { command, reason } => {
            let reason = match reason {
                Some(Unchanged::KeyExists) => messages::unchanged_because_key_exists(),
                Some(Unchanged::FieldExists) => messages::unchanged_because_field_exists(),
                Some(Unchanged::NoKey) => messages::unchanged_because_no_key(),
                Some(Unchanged::NothingInRange) => messages::unchanged_because_nothing_in_range(),
                Some(Unchanged::NoExpiry) => messages::unchanged_because_no_expiry(),
                Some(Unchanged::MembersThere) => messages::unchanged_because_members_there(),
                None => return messages::nothing_changed(code(command)),
            };
            messages::nothing_changed_because(code(command), reason)
        }
        NoEffect::OnlyDefined { name } => messages::only_defined(code(name), code(&format!("{name}(…)"))),
        NoEffect::NothingReturned { call } => messages::nothing_returned(code(call)),
    }
}

/// Returns the alternative command names in a string such as `LMOVE|BLMOVE`, joined with "or".
pub fn names_of(alternatives: &str) -> String {
    let names: Vec<String> = failed_expectations::alternatives(alternatives).map(code).collect();
    names.join(&messages::or())
}

/// Returns the redis-cli lines for which a pattern such as `BLPOP|BRPOP queue 10` stands, joined with "or".
pub fn lines_of(pattern: &str) -> String {
    let (client, pattern) = failed_expectations::client_and_command(pattern);
    let pattern = pattern.replace("**", "…");
    let (names, rest) = pattern.split_once(' ').unwrap_or((&pattern, ""));
    let line = |name: &str| code(format!("{name} {rest}").trim_end());
    let lines: Vec<String> = failed_expectations::alternatives(names).map(line).collect();
    let lines = lines.join(&messages::or());
    client.map_or_else(|| lines.clone(), |client| messages::lines_of_client(code(client), &lines))
}

/// Returns a list of command names without duplicates, or a phrase that says that there are none.
pub fn command_list(names: &[String]) -> String {
    if names.is_empty() {
        return messages::no_command();
    }
    let mut unique: Vec<&str> = Vec::new();
    for name in names {
        if !unique.contains(&name.as_str()) {
            unique.push(name);
        }
    }
    unique.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

fn actor_sentence(mismatch: &ActorMismatch) -> String {
    let switch_to = |client: &str| code(&format!(":client {client}"));
    match mismatch {
        ActorMismatch::StillMissing { missing, has_changed_data } => {
            let message = if *has_changed_data {
                messages::client_still_missing_after_change
            } else {
                messages::client_still_missing
            };
            message(code(missing), switch_to(missing))
        }
        ActorMismatch::StillMissingInRightData { missing } => {
            messages::client_still_missing_in_right_data(code(missing), switch_to(missing))
        }
        ActorMismatch::WrongClient { actual, wanted, has_changed_data } => {
            let message = if *has_changed_data { messages::wrong_client_changed_data } else { messages::wrong_client };
            message(code(actual), code(wanted), switch_to(wanted))
        }
    }
}

fn reply_sentence(mismatch: &ReplyMismatch) -> String {
    match mismatch {
        ReplyMismatch::NotShown { has_changed_data: false } => messages::right_but_not_shown(),
        ReplyMismatch::NotShown { has_changed_data: true } => messages::right_but_not_shown_and_spent(),
        ReplyMismatch::NothingShown { wanted } => messages::wanted_nothing_shown(code(wanted)),
        ReplyMismatch::Value { wanted, actual, difference } => {
            value::wanted_and_actual(wanted, actual, difference.as_ref())
        }
        ReplyMismatch::Text { wanted, actual } => {
            messages::wanted_and_shown(code(wanted), code(&value::shortened(actual)))
        }
    }
}

fn race_sentence(mismatch: &RaceMismatch) -> String {
    match mismatch {
        RaceMismatch::CalledByHand { run, start: Some(start) } => {
            messages::race_called_by_hand_after_start(code(run), code(start))
        }
        RaceMismatch::CalledByHand { run, start: None } => messages::race_called_by_hand(code(run)),
        RaceMismatch::NotDefined { run } => messages::race_not_defined(code(run)),
        RaceMismatch::NothingSent => messages::race_nothing_sent(),
        RaceMismatch::ProgramError { clients, client, error } => {
            messages::race_program_error(clients, client, code(error))
        }
        RaceMismatch::Lost { clients, bad, orders, are_orders_cut: true, consequence } => {
            messages::race_lost_in_first_orders(clients, bad, orders, consequence)
        }
        RaceMismatch::Lost { clients, bad, orders, are_orders_cut: false, consequence } => {
            messages::race_lost(clients, bad, orders, consequence)
        }
    }
}

fn redis_error_sentence(mismatch: &RedisErrorMismatch) -> String {
    match mismatch {
        RedisErrorMismatch::WrongType { key, key_type, command, works_on } => {
            messages::wrong_type(code(key), state::type_name(key_type), code(command), state::type_name(works_on))
        }
        RedisErrorMismatch::UnknownCommand { name, suggestion } => {
            messages::unknown_command(code(name), code(suggestion))
        }
        RedisErrorMismatch::NotANumber { command, word } => messages::not_a_number(code(command), code(word)),
        RedisErrorMismatch::WrongNumberOfArguments { syntax } => messages::wrong_number_of_arguments(code(syntax)),
    }
}

fn unsent_sentence(unsent: &Unsent) -> String {
    let quoted = |word: &str| code(&format!("'{word}'"));
    match unsent {
        Unsent::OtherClientsVariable { name, client } => {
            messages::variable_of_other_client(code(name), code(client), code(&format!(":client {client}")))
        }
        Unsent::UndefinedWord { word } => messages::undefined_word(code(word), quoted(word)),
        Unsent::UndefinedName { name, suggestion: None } => messages::undefined_name(code(name)),
        Unsent::UndefinedName { name, suggestion: Some(suggestion) } => {
            messages::undefined_name_misspelt(code(name), code(suggestion))
        }
        Unsent::UnquotedWord { word } => messages::unquoted_word(quoted(word)),
        Unsent::NoSuchArgument { method, name } => {
            messages::no_such_argument(code(method), code(name), code(&format!("{method}?")))
        }
        Unsent::ArgumentMissing { method, is_one } => {
            let message = if *is_one { messages::argument_missing } else { messages::arguments_missing };
            message(code(method), code(&format!("{method}?")))
        }
        Unsent::NoSuchMethod { name } => messages::no_such_method(code(name)),
        Unsent::MethodWithoutClient { call } => messages::method_without_client(code(call)),
        Unsent::AssignedKey { key } => messages::key_is_no_variable(quoted(key)),
        Unsent::OptionWithoutName { value, named } => messages::option_without_name(code(value), code(named)),
        Unsent::Collection { python_type } => messages::collection(code(python_type)),
        Unsent::UnsupportedType { python_type } => messages::unsupported_type(code(python_type)),
        Unsent::MisspeltCommand { suggestion } => messages::nothing_sent_misspelt(code(suggestion)),
        Unsent::Unknown => messages::nothing_sent(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::evidence::{Failure, Submission};
    use crate::lesson::failed_expectations::{FailedExpectation, failed_expectations};
    use crate::lesson::findings::Findings;
    use crate::lesson::format::Expect;
    use crate::lesson::mismatches;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    fn expect(toml: &str) -> Expect {
        toml::from_str(toml).expect("it is an expectation")
    }

    /// Returns the feedback on a redis-cli line that ended with an error. The key `user:1000` holds a hash.
    fn feedback_on_error(line: &str, error: &str, intended: &str) -> Vec<String> {
        let error = Failure { message: error.into(), ..Failure::default() };
        let submission = Submission {
            source: line.into(),
            error: Some(error),
            commands: vec![words(line)],
            ..Submission::default()
        };
        let findings = Findings {
            intended: vec![words(intended)],
            key_types: vec![("user:1000".into(), "hash")],
            ..Findings::default()
        };
        sentences(&mismatches::of_miss(&[FailedExpectation::Reply("1")], &submission, &findings))
    }

    #[test]
    fn errors_of_redis_are_explained() {
        for (line, error, intended, expected) in [
            (
                "GET user:1000",
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "HGETALL user:1000",
                &["`user:1000` holds a hash, but `GET` works on a string."][..],
            ),
            (
                "HGETAL user:1000",
                "ERR unknown command 'HGETAL', with args beginning with: 'user:1000' ",
                "HGETALL user:1000",
                &["There is no command `HGETAL`. Did you mean `HGETALL`?"],
            ),
            (
                "HGET user:1000",
                "ERR wrong number of arguments for 'hget' command",
                "HGET user:1000 name",
                &["The syntax is `HGET key field`.", "`name` is missing."],
            ),
            ("INCR a", "ERR value is not an integer or out of range", "SET b 1", &[]),
            (
                "INCRBY a one",
                "ERR value is not an integer or out of range",
                "SET b 1",
                &["`INCRBY` expects a number where you gave `one`."],
            ),
        ] {
            assert_eq!(feedback_on_error(line, error, intended), expected, "{line}");
        }
    }

    #[test]
    fn a_misspelt_name_is_suggested_once() {
        let submission = Submission {
            source: "HGET h visit".into(),
            commands: vec![words("HGET h visit")],
            ..Submission::default()
        };
        let probe = "r.hget('h', 'visits')";
        let findings = Findings {
            probes: vec![(probe.into(), Ok(crate::lesson::evidence::DisplayedValue::Python("None".into())))],
            intended: vec![words("HGET h visits")],
            ..Findings::default()
        };
        let expect = expect(&format!("state = [{{ run = \"{probe}\", reply = \"b'1'\" }}]"));
        let failed = failed_expectations(&expect, &submission, &findings);
        let said = sentences(&mismatches::of_miss(&failed, &submission, &findings));
        assert_eq!(said, ["`h` has no field `visits`. Did you mean `visits`? You wrote `visit`."]);
    }

    #[test]
    fn another_client_is_told_who_should_act() {
        let expect = expect("by = [\"phone\"]");
        for (changed, expected) in [
            (
                true,
                "`main` did this, but `phone` should do it. `:again` starts the step again, and `:client phone` switches to the other client.",
            ),
            (false, "`main` did this, but `phone` should do it. `:client phone` switches to it."),
        ] {
            let submission = Submission { client: "main".into(), changed, ..Submission::default() };
            let findings = Findings::default();
            let failed = failed_expectations(&expect, &submission, &findings);
            assert_eq!(sentences(&mismatches::of_miss(&failed, &submission, &findings)), [expected]);
        }
    }

    fn feedback_on_unsent(source: &str, class: &str, message: &str) -> String {
        let error = Failure { class: class.into(), message: message.into(), exit_status: None };
        let submission = Submission { source: source.into(), error: Some(error), ..Submission::default() };
        let intended = vec![words("SET user:1000:name Alice"), words("GET visits")];
        let variable_owners = vec![("task".into(), "worker-1".into())];
        let assigned_variables = vec!["top".into()];
        let findings = Findings { intended, variable_owners, assigned_variables, ..Findings::default() };
        unsent_sentence(&Unsent::new(&submission, &findings))
    }

    #[test]
    fn text_without_quotes_is_recognised() {
        let stopped = messages::nothing_sent();
        for (source, class, message, expected) in [
            ("r.set(user:1000:name, Alice)", "SyntaxError", "invalid syntax", "Text needs quotes: `'user:1000:name'`."),
            ("r.set('user:1000:name', Alice Smith)", "SyntaxError", "invalid syntax", "Text needs quotes: `'Alice'`."),
            ("r.set(user:1001, 'x')", "SyntaxError", "invalid syntax", "Text needs quotes: `'user:1001'`."),
            ("r.set('user:1000:name' 'Alice'", "SyntaxError", "'(' was never closed", &stopped),
            ("r.set({a:b c}, 1)", "SyntaxError", "invalid syntax", &stopped),
            (
                "r.get(visits) + 1",
                "NameError",
                "name 'visits' is not defined",
                "`visits` is not a variable here. Text needs quotes: `'visits'`.",
            ),
            ("r.get(n)", "NameError", "name 'n' is not defined", &stopped),
            ("print(tpo)", "NameError", "name 'tpo' is not defined", "`tpo` is not defined here. Did you mean `top`?"),
            ("p['x']", "NameError", "name 'p' is not defined", "`p` is not defined here."),
            (
                "print(task)",
                "NameError",
                "name 'task' is not defined",
                "`task` is a variable of `worker-1`. `:client worker-1` switches to that client.",
            ),
        ] {
            assert_eq!(feedback_on_unsent(source, class, message), expected, "{source}");
        }
    }

    #[test]
    fn values_that_redis_cannot_store_have_to_be_converted() {
        let message =
            |kind: &str| format!("Invalid input of type: '{kind}'. Convert to a bytes, string, int or float first.");
        let feedback = |kind: &str| feedback_on_unsent("r.set('k', x)", "redis.exceptions.DataError", &message(kind));
        assert_eq!(
            feedback("dict"),
            "A `dict` has to be converted to text before it is sent: write it in quotes, or use `json.dumps`."
        );
        assert_eq!(feedback("NoneType"), "Redis stores text, bytes and numbers, but not `NoneType`.");
    }

    #[test]
    fn a_misspelt_command_is_recognised_before_it_is_sent() {
        let feedback = |source: &str| feedback_on_unsent(source, "SyntaxError", "invalid syntax");
        assert!(feedback("HGETAL user").ends_with("Did you mean `HGETALL`?"));
        assert_eq!(feedback("def allow(user):\n  n = 1\n    return n"), messages::nothing_sent());
        assert_eq!(feedback("x = = 1"), messages::nothing_sent());
    }
}
