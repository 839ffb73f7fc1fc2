//! Completes the word before the cursor with names from the command table, the live data and Python.

use rustyline::completion::Pair;

use super::command_signature::expected_after;
use super::completion_context::{
    CompletionContext, command_of_method, command_of_words, completion_context, open_call,
};
use super::name_matches::{NameMatches, Quoting};
use super::session_queries::SessionQueries;
use crate::messages::shell as messages;
use crate::session::COMMANDS;
use crate::session::dialect::Dialect;
use python_kernel::syntax::KEYWORDS;
use redis_engine::command::{Command, Group};
use redis_engine::commands;
use redis_engine::data::Value;
use redis_engine::resp::quoting;

/// Candidates for the word that ends at the cursor.
pub struct Completions {
    /// Length in bytes of the word that the candidates replace.
    pub word_len: usize,
    pub candidates: Vec<Pair>,
}

/// Completes the word at the end of `text`.
pub fn complete(text: &str, dialect: Dialect, (width, ascii): (usize, bool), queries: &SessionQueries) -> Completions {
    let (word, matches) = match completion_context(text, dialect) {
        CompletionContext::TutorName(word) => {
            let mut matches = NameMatches::new(word);
            COMMANDS.iter().for_each(|command| matches.add(command.name, command.about));
            (word, matches)
        }
        CompletionContext::TutorWord { name, word } => (word, tutor_word_matches(name, word, queries)),
        CompletionContext::CliName(word) => {
            let mut matches = NameMatches::new(&in_table_case(word));
            let top_level = commands::all().filter(|command| command.container().is_none());
            top_level.for_each(|command| matches.add(command.name, command.summary));
            (word, matches)
        }
        CompletionContext::CliWord { words, word } => (word, cli_word_matches(&words, word, dialect, queries)),
        CompletionContext::PythonString { method, argument, first, word } => {
            let mut matches = NameMatches::new(word);
            matches.set_quoting(Quoting::PythonString);
            if let Some(command) = command_of_method(method) {
                let words: Vec<&str> = std::iter::once(command.name).chain(first).collect();
                add_data(command, argument + 1, &words, Dialect::Python, &mut matches, queries);
            }
            (word, matches)
        }
        CompletionContext::PythonName(name) => python_name_matches(text, name, dialect, queries),
        CompletionContext::Nowhere => {
            let mut matches = NameMatches::default();
            add_keyword_arguments(text, dialect, &mut matches, queries);
            ("", matches)
        }
    };
    Completions { word_len: word.len(), candidates: matches.into_candidates(width, ascii) }
}

/// Returns the last part of a dotted name, which is to be completed, and the names that match that part.
fn python_name_matches<'a>(
    text: &str,
    name: &'a str,
    dialect: Dialect,
    queries: &SessionQueries,
) -> (&'a str, NameMatches) {
    let word = name.rsplit('.').next().unwrap_or_default();
    let is_attribute = word != name;
    let mut matches = NameMatches::new(word);
    if !is_attribute {
        add_keyword_arguments(text, dialect, &mut matches, queries);
        let keywords = KEYWORDS.iter().filter(|keyword| !word.is_empty() && keyword.starts_with(word));
        keywords.for_each(|keyword| matches.add(keyword, ""));
    }
    let owner = name[..name.len() - word.len()].to_owned();
    let prefix = name.to_owned();
    let names = queries.ask(move |_, completer| match completer.complete(&prefix) {
        none if none.is_empty() => completer.complete(&owner),
        found => found,
    });
    for found in &names.unwrap_or_default() {
        let command = command_of_method(found).filter(|_| is_attribute);
        matches.add(found, command.map_or("", |command| command.summary));
    }
    (word, matches)
}

/// Adds the keyword arguments of the open call, if the cursor is at the beginning of an argument or in its name.
fn add_keyword_arguments(text: &str, dialect: Dialect, matches: &mut NameMatches, queries: &SessionQueries) {
    let Some(call) = open_call(text, dialect) else { return };
    let is_name = |argument: &&str| argument.trim_start().chars().all(|c| c.is_alphanumeric() || c == '_');
    if !call.arguments.last().is_some_and(is_name) {
        return;
    }
    let prefix = format!("{}(", call.callee);
    let parameters = queries.ask(move |_, completer| completer.complete(&prefix)).unwrap_or_default();
    let is_given = |index: usize, name: &str| {
        let has_name =
            |argument: &&str| argument.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
        let by_position = index < call.arguments.len() - 1
            && call.arguments.get(index).is_some_and(|argument| !argument.contains('='));
        by_position || call.arguments.iter().any(has_name)
    };
    for (index, parameter) in parameters.iter().enumerate() {
        if let Some((name, default)) = parameter.split_once('=')
            && !is_given(index, name)
        {
            matches.add(&format!("{name}="), &messages::default_value(default));
        }
    }
}

/// Converts a word to upper case, like the names in the command table.
fn in_table_case(word: &str) -> String {
    word.to_ascii_uppercase()
}

fn tutor_word_matches(name: &str, word: &str, queries: &SessionQueries) -> NameMatches {
    let mut matches = NameMatches::new(word);
    let takes = COMMANDS.iter().find(|command| command.name == name).map_or("", |command| command.arguments);
    match (name, takes) {
        (_, "LESSON[/STEP]") => {
            let lessons = queries.ask(|session, _| {
                let lessons = session.library().lessons.iter();
                lessons.map(|lesson| (lesson.id.get_ref().clone(), lesson.title.clone())).collect::<Vec<_>>()
            });
            lessons.unwrap_or_default().iter().for_each(|(id, title)| matches.add(id, title));
        }
        ("doc" | "help", _) => {
            matches.word = in_table_case(word);
            commands::all().for_each(|command| matches.add(command.name, command.summary));
        }
        (_, "KEY [KEY]") => {
            matches.set_quoting(Quoting::RedisCli);
            add_keys(None, Dialect::Both, &mut matches, queries);
        }
        _ => {}
    }
    matches
}

fn cli_word_matches(words: &[&str], word: &str, dialect: Dialect, queries: &SessionQueries) -> NameMatches {
    let first = words[0].to_ascii_uppercase();
    if words.len() == 1 && commands::all().any(|command| command.container() == Some(first.as_str())) {
        let mut matches = NameMatches::new(&in_table_case(word));
        let prefix = format!("{first} ");
        for command in commands::all() {
            if let Some(subcommand) = command.name.strip_prefix(&prefix) {
                matches.add(subcommand, command.summary);
            }
        }
        return matches;
    }
    let mut matches = NameMatches::new(word);
    matches.set_quoting(Quoting::RedisCli);
    let Some(command) = command_of_words(words) else { return matches };
    add_data(command, words.len(), words, dialect, &mut matches, queries);
    if matches.is_empty() {
        matches = NameMatches::new(&in_table_case(word));
        let arguments = words.get(command.name.split(' ').count()..).unwrap_or_default();
        expected_after(command.syntax, arguments).tokens.iter().for_each(|token| matches.add(token, ""));
    }
    matches
}

/// Adds candidates for the word at index `at` of a command. The candidates are keys, or the fields or members of the
/// key before this word.
fn add_data(
    command: &'static Command,
    at: usize,
    words: &[&str],
    dialect: Dialect,
    matches: &mut NameMatches,
    queries: &SessionQueries,
) {
    let word_at = |index: usize| words.get(index).map(|word| word.as_bytes());
    if command.keys.positions(at + 1, word_at).contains(&at) {
        add_keys(Some(command.group), dialect, matches, queries);
    } else if command.group == Group::Stream {
        add_groups_or_consumers(command, at, words, dialect, matches, queries);
    } else if at == 2 && words.len() > 1 {
        add_members(&unquoted(words[1]), dialect, matches, queries);
    }
}

/// Adds the consumer groups of a stream, or the consumers of a group, if a stream command has one of them at index
/// `at`.
fn add_groups_or_consumers(
    command: &'static Command,
    at: usize,
    words: &[&str],
    dialect: Dialect,
    matches: &mut NameMatches,
    queries: &SessionQueries,
) {
    // A method of redis-py has the command's name without its second word, and no word `GROUP`.
    let is_method = dialect == Dialect::Python;
    let reads_group = command.name == "XREADGROUP";
    let name_words = if is_method { 1 } else { command.name.split(' ').count() + usize::from(reads_group) };
    let Some(index) = at.checked_sub(name_words) else { return };
    let argument = |index: usize| words.get(name_words + index).map(|word| unquoted(word));
    let (key, group) = match (command.name, index) {
        // The group precedes the keys, so the groups of all streams are candidates.
        ("XREADGROUP", 0) => (None, None),
        ("XREADGROUP", 1) => (None, argument(0)),
        ("XREAD" | "XREADGROUP", _) => return,
        (_, 0) => return add_keys(Some(command.group), dialect, matches, queries),
        (
            "XGROUP SETID"
            | "XGROUP DESTROY"
            | "XGROUP CREATECONSUMER"
            | "XGROUP DELCONSUMER"
            | "XINFO CONSUMERS"
            | "XACK"
            | "XACKDEL"
            | "XPENDING"
            | "XCLAIM"
            | "XAUTOCLAIM",
            1,
        ) => (argument(0), None),
        ("XGROUP DELCONSUMER" | "XCLAIM" | "XAUTOCLAIM", 2) | ("XPENDING", 5..) => (argument(0), argument(1)),
        _ => return,
    };
    let mut with_names = std::mem::take(matches);
    let found = queries.ask(move |session, _| {
        let database = &session.engine().keyspace.databases()[session.database(dialect)];
        let streams = database.iter().filter(|(name, _)| key.as_ref().is_none_or(|key| key.as_bytes() == *name));
        let groups = streams.filter_map(|(_, entry)| match &entry.value {
            Value::Stream(stream) => Some(stream.groups()),
            _ => None,
        });
        for (name, state) in groups.flatten() {
            match &group {
                None => with_names.add_data(name, ""),
                Some(group) if group.as_bytes() == &**name => {
                    state.consumers().keys().for_each(|name| with_names.add_data(name, ""));
                }
                Some(_) => {}
            }
        }
        with_names
    });
    *matches = found.unwrap_or_default();
}

/// Returns the argument that a word of a redis-cli line stands for, without its quotes and escapes.
fn unquoted(word: &str) -> String {
    match quoting::split(word.as_bytes()).as_deref() {
        Ok([text]) => String::from_utf8_lossy(text).into_owned(),
        _ => word.to_owned(),
    }
}

/// Adds the keys of the type that the commands in `group` operate on, or all keys if `group` is `None`.
fn add_keys(group: Option<Group>, dialect: Dialect, matches: &mut NameMatches, queries: &SessionQueries) {
    let mut with_keys = std::mem::take(matches);
    let found = queries.ask(move |session, _| {
        let now_ms = session.engine().keyspace.now_ms();
        let database = &session.engine().keyspace.databases()[session.database(dialect)];
        for (key, entry) in database.iter() {
            if !entry.has_expired(now_ms) && is_type_of_group(&entry.value, group) {
                with_keys.add_data(key, entry.value.type_name());
            }
        }
        with_keys
    });
    *matches = found.unwrap_or_default();
}

fn is_type_of_group(value: &Value, group: Option<Group>) -> bool {
    match group {
        Some(Group::String | Group::Bitmap | Group::Hyperloglog) => matches!(value, Value::Str(_)),
        Some(Group::Hash) => matches!(value, Value::Hash(_)),
        Some(Group::List) => matches!(value, Value::List(_)),
        Some(Group::Set) => matches!(value, Value::Set(_)),
        Some(Group::SortedSet | Group::Geo) => matches!(value, Value::SortedSet(_)),
        Some(Group::Stream) => matches!(value, Value::Stream(_)),
        _ => true,
    }
}

/// Adds the fields or members of a key.
fn add_members(key: &str, dialect: Dialect, matches: &mut NameMatches, queries: &SessionQueries) {
    let mut with_members = std::mem::take(matches);
    let key = key.to_owned();
    let found = queries.ask(move |session, _| {
        let database = &session.engine().keyspace.databases()[session.database(dialect)];
        let mut add = |bytes: &[u8]| with_members.add_data(bytes, "");
        match database.get(key.as_bytes()).map(|entry| &entry.value) {
            Some(Value::Hash(hash)) => hash.iter().for_each(|(field, _)| add(field)),
            Some(Value::Set(set)) => set.iter().for_each(add),
            Some(Value::SortedSet(set)) => set.iter().for_each(|(member, _)| add(member)),
            _ => {}
        }
        with_members
    });
    *matches = found.unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::DisplayWidth as _;

    fn candidates(text: &str, width: usize) -> Vec<Pair> {
        let queries = SessionQueries::new().expect("a pipe can be created");
        complete(text, Dialect::Both, (width, true), &queries).candidates
    }

    fn replacements(text: &str) -> Vec<String> {
        candidates(text, 80).into_iter().map(|pair| pair.replacement).collect()
    }

    #[test]
    fn names_are_completed_where_they_are_valid() {
        assert_eq!(replacements(":hi"), ["hint"]);
        assert_eq!(replacements("HINC"), ["HINCRBY", "HINCRBYFLOAT"]);
        assert_eq!(replacements("OBJECT ENC"), ["ENCODING"]);
        assert_eq!(replacements("SET a b KEE"), ["KEEPTTL"]);
        assert_eq!(replacements("SET a KEE"), Vec::<String>::new());
        assert_eq!(replacements("SET a b EX "), Vec::<String>::new());
        assert_eq!(replacements("LMOVE a b L"), ["LEFT"]);
        assert_eq!(replacements("whil"), ["while"]);
    }

    #[test]
    fn descriptions_fit_a_narrow_terminal() {
        for Pair { display, .. } in candidates(":c", 30) {
            assert!(display.contains("...") && display.width() <= 28, "{display}");
        }
    }

    #[test]
    fn letters_in_order_match_if_no_name_has_the_prefix() {
        assert_eq!(replacements("HINCRF"), ["HINCRBYFLOAT"]);
        assert_eq!(replacements(":lsn"), ["lessons"]);
        assert_eq!(replacements("XQZJ"), Vec::<String>::new());
    }
}
