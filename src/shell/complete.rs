//! Completion: what could stand at the cursor, from the rows of the commands, the live data, and Python's own names.

use rustyline::completion::Pair;
use unicode_width::UnicodeWidthStr as _;

use super::completion_context::{CompletionContext, call, command_of, command_of_method, place};
use super::live::Live;
use super::usage;
use crate::session::dialect::Dialect;
use crate::session::tutor::COMMANDS;
use python_kernel::syntax::KEYWORDS;
use redis_engine::command::{Command, Group};
use redis_engine::commands;
use redis_engine::data::Value;

/// No more candidates are listed; what they have in common counts all.
const MOST: usize = 60;

/// With so many candidates or fewer, each has a line of its own, with what it does.
const FEW: usize = 12;

/// Candidates for the word that ends at the cursor.
pub struct Found {
    /// How long the word is, in bytes.
    pub word: usize,
    pub candidates: Vec<Pair>,
}

/// What could stand at the end of `text`.
pub fn complete(text: &str, dialect: Dialect, (width, ascii): (usize, bool), live: &Live) -> Found {
    let mut matching = Matching::default();
    let word = match place(text, dialect) {
        CompletionContext::TutorName(word) => {
            matching.word = word.to_owned();
            COMMANDS.iter().for_each(|command| matching.consider(command.name, command.about));
            word
        }
        CompletionContext::TutorWord { name, word } => {
            matching.word = word.to_owned();
            tutor_words(name, &mut matching, live);
            word
        }
        CompletionContext::CliName(word) => {
            matching.word = cased(word);
            let whole = commands::all().filter(|command| command.container().is_none());
            whole.for_each(|command| matching.consider(command.name, command.summary));
            word
        }
        CompletionContext::CliWord { words, word } => {
            cli_words(&words, word, dialect, &mut matching, live);
            word
        }
        CompletionContext::PythonString { method, argument, first, word } => {
            matching.word = word.to_owned();
            if let Some(command) = command_of_method(method) {
                let words: Vec<&str> = std::iter::once(command.name).chain(first).collect();
                data(command, argument + 1, &words, Dialect::Python, &mut matching, live);
            }
            word
        }
        CompletionContext::PythonName(name) => {
            let word = name.rsplit('.').next().unwrap_or_default();
            matching.word = word.to_owned();
            if word == name {
                arguments_by_name(text, dialect, &mut matching, live);
            }
            if word == name {
                KEYWORDS.iter().filter(|keyword| !word.is_empty() && keyword.starts_with(word)).for_each(|keyword| {
                    matching.consider(keyword, "");
                });
            }
            let owner = name[..name.len() - word.len()].to_owned();
            let asked = name.to_owned();
            let names = live.ask(move |_, completer| match completer.complete(&asked) {
                none if none.is_empty() => completer.complete(&owner),
                found => found,
            });
            for found in &names.unwrap_or_default() {
                let about = command_of_method(found).filter(|_| word != name).map_or("", |row| row.summary);
                matching.consider(found, about);
            }
            word
        }
        CompletionContext::Nowhere => {
            arguments_by_name(text, dialect, &mut matching, live);
            ""
        }
    };
    Found { word: word.len(), candidates: matching.pairs(width, ascii) }
}

/// What a call may be given by name, where an argument begins.
fn arguments_by_name(text: &str, dialect: Dialect, matching: &mut Matching, live: &Live) {
    let Some(call) = call(text, dialect) else { return };
    let begins = |argument: &&str| argument.trim_start().chars().all(|c| c.is_alphanumeric() || c == '_');
    if !call.arguments.last().is_some_and(begins) {
        return;
    }
    let asked = format!("{}(", call.callee);
    let parameters = live.ask(move |_, completer| completer.complete(&asked)).unwrap_or_default();
    // Whether it was given by its place or by its name.
    let is_given = |index: usize, name: &str| {
        let by_name =
            |argument: &&str| argument.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
        index < call.arguments.len() - 1 && call.arguments.get(index).is_some_and(|argument| !argument.contains('='))
            || call.arguments.iter().any(by_name)
    };
    for (index, parameter) in parameters.iter().enumerate() {
        if let Some((name, default)) = parameter.split_once('=')
            && !is_given(index, name)
        {
            matching.consider(&format!("{name}="), &format!("{default}, if it is left out"));
        }
    }
}

/// A command's name as the rows have it, for a word in any case.
fn cased(word: &str) -> String {
    word.to_ascii_uppercase()
}

fn tutor_words(name: &str, matching: &mut Matching, live: &Live) {
    let takes = COMMANDS.iter().find(|command| command.name == name).map_or("", |command| command.takes);
    match takes {
        "LESSON[/STEP]" => {
            let lessons = live.ask(|session, _| {
                let lessons = session.library().lessons.iter();
                lessons.map(|lesson| (lesson.id.get_ref().clone(), lesson.title.clone())).collect::<Vec<_>>()
            });
            lessons.unwrap_or_default().iter().for_each(|(id, title)| matching.consider(id, title));
        }
        "COMMAND" => {
            matching.word = cased(&matching.word);
            commands::all().for_each(|command| matching.consider(command.name, command.summary));
        }
        "KEY [KEY]" => keys(None, Dialect::Both, matching, live),
        _ => {}
    }
}

fn cli_words(words: &[&str], word: &str, dialect: Dialect, matching: &mut Matching, live: &Live) {
    let first = words[0].to_ascii_uppercase();
    if words.len() == 1 && commands::all().any(|command| command.container() == Some(first.as_str())) {
        matching.word = cased(word);
        let prefix = format!("{first} ");
        for command in commands::all() {
            if let Some(sub) = command.name.strip_prefix(&prefix) {
                matching.consider(sub, command.summary);
            }
        }
        return;
    }
    let Some(command) = command_of(words) else { return };
    matching.word = word.to_owned();
    data(command, words.len(), words, dialect, matching, live);
    if matching.is_empty() {
        matching.word = cased(word);
        let given = words.get(command.name.split(' ').count()..).unwrap_or_default();
        usage::next(command.syntax, given).tokens.iter().for_each(|token| matching.consider(token, ""));
    }
}

/// Keys, or what is in the key that was named, for a command's word `at`.
fn data(command: &'static Command, at: usize, words: &[&str], dialect: Dialect, matching: &mut Matching, live: &Live) {
    let counted = |index: usize| words.get(index).and_then(|word| word.parse().ok());
    if command.keys.positions(at + 1, counted).contains(&at) {
        keys(Some(command.group), dialect, matching, live);
    } else if at == 2 && words.len() > 1 {
        members(words[1], dialect, matching, live);
    }
}

/// Keys that a command of this group works on.
fn keys(group: Option<Group>, dialect: Dialect, matching: &mut Matching, live: &Live) {
    let mut found = std::mem::take(matching);
    let asked = live.ask(move |session, _| {
        let now_ms = session.engine().keyspace.now_ms();
        let database = &session.engine().keyspace.databases()[session.database(dialect)];
        for (key, entry) in database.iter() {
            if !entry.has_expired(now_ms) && fits(group, &entry.value) {
                found.consider_data(key, entry.value.type_name());
            }
        }
        found
    });
    *matching = asked.unwrap_or_default();
}

fn fits(group: Option<Group>, value: &Value) -> bool {
    match group {
        Some(Group::String | Group::Bitmap) => matches!(value, Value::Str(_)),
        Some(Group::Hash) => matches!(value, Value::Hash(_)),
        Some(Group::List) => matches!(value, Value::List(_)),
        Some(Group::Set) => matches!(value, Value::Set(_)),
        Some(Group::SortedSet) => matches!(value, Value::SortedSet(_)),
        _ => true,
    }
}

/// The fields or members of a key.
fn members(key: &str, dialect: Dialect, matching: &mut Matching, live: &Live) {
    let mut found = std::mem::take(matching);
    let key = key.to_owned();
    let asked = live.ask(move |session, _| {
        let database = &session.engine().keyspace.databases()[session.database(dialect)];
        let mut consider = |bytes: &[u8]| found.consider_data(bytes, "");
        match database.get(key.as_bytes()).map(|entry| &entry.value) {
            Some(Value::Hash(hash)) => hash.iter().for_each(|(field, _)| consider(field)),
            Some(Value::Set(set)) => set.iter().for_each(consider),
            Some(Value::SortedSet(set)) => set.iter().for_each(|(member, _)| consider(member)),
            _ => {}
        }
        found
    });
    *matching = asked.unwrap_or_default();
}

/// Whether a text could not be typed as it is.
fn needs_quotes(text: &str) -> bool {
    // Nearly all names are like that.
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.');
    if text.as_bytes().iter().all(is_word) {
        return text.is_empty();
    }
    text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"' | '\\'))
}

/// The names that begin as the word does; where none does, those that hold it; where none does, those that hold its letters
/// in their order.
#[derive(Debug, Default)]
struct Matching {
    word: String,
    starting: Vec<(String, String)>,
    holding: Vec<(String, String)>,
    /// With how many letters the word is spread over.
    spread: Vec<(usize, String, String)>,
    /// How many begin as the word does.
    count: usize,
    /// What all that begin as the word does begin with.
    common: Option<String>,
}

/// How a name is like the word.
enum Likeness {
    Begins,
    Holds,
    /// It has its letters within so many.
    Spread(usize),
}

impl Matching {
    fn consider(&mut self, name: &str, about: &str) {
        if let Some(likeness) = self.likeness(name) {
            self.add(likeness, name, about);
        }
    }

    /// The same for a key, a field or a member, if it can be typed as it is. Of these there may be very many: what most of
    /// them fail comes first.
    fn consider_data(&mut self, name: &[u8], about: &str) {
        if let Ok(name) = std::str::from_utf8(name)
            && let Some(likeness) = self.likeness(name)
            && !needs_quotes(name)
        {
            self.add(likeness, name, about);
        }
    }

    /// None if the name would not be listed.
    fn likeness(&self, name: &str) -> Option<Likeness> {
        if name.starts_with(&self.word) {
            return Some(Likeness::Begins);
        }
        let is_letter = self.word.chars().nth(1).is_none();
        if self.count > 0 || self.holding.len() == MOST || is_letter {
            return None;
        }
        // What holds the word has its letters, too.
        let length = spread(&self.word, name)?;
        if name.contains(&self.word) {
            return Some(Likeness::Holds);
        }
        (self.spread.len() < MOST).then_some(Likeness::Spread(length))
    }

    fn add(&mut self, likeness: Likeness, name: &str, about: &str) {
        let pair = || (name.to_owned(), about.to_owned());
        match likeness {
            Likeness::Holds => self.holding.push(pair()),
            Likeness::Spread(length) => {
                let (name, about) = pair();
                self.spread.push((length, name, about));
            }
            Likeness::Begins => {
                self.count += 1;
                self.agree_with(name);
                if self.starting.len() < MOST {
                    self.starting.push(pair());
                }
            }
        }
    }

    /// Cuts what all begin with to what this one begins with, too.
    fn agree_with(&mut self, name: &str) {
        match &mut self.common {
            None => self.common = Some(name.to_owned()),
            Some(common) if name.starts_with(common.as_str()) => {}
            Some(common) => {
                let same = common.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
                common.truncate(same.map_or(name.len().min(common.len()), |((at, _), _)| at));
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.starting.is_empty() && self.holding.is_empty() && self.spread.is_empty()
    }

    /// The names of the best kind that there is.
    fn best(self) -> Vec<(String, String)> {
        if !self.starting.is_empty() {
            return self.starting;
        }
        if !self.holding.is_empty() {
            return self.holding;
        }
        let shortest = self.spread.iter().map(|(length, ..)| *length).min().unwrap_or_default();
        // Letters that are strewn over a long name are chance.
        let near = |(length, ..): &(usize, String, String)| *length <= shortest + 2;
        self.spread.into_iter().filter(near).map(|(_, name, about)| (name, about)).collect()
    }

    fn pairs(mut self, width: usize, ascii: bool) -> Vec<Pair> {
        let mut more = None;
        if self.count > self.starting.len() {
            // Not all are listed: first what all of them begin with, and then no more than that.
            let common = self.common.take().unwrap_or_default();
            if common.len() > self.word.len() {
                return vec![Pair { display: common.clone(), replacement: common }];
            }
            let rest = self.count - self.starting.len();
            more = Some(Pair { display: format!("and {rest} more"), replacement: self.word.clone() });
        }
        let mut names = self.best();
        // What a call may be given by name comes first.
        names.sort_by(|(a, _), (b, _)| (!a.ends_with('='), a).cmp(&(!b.ends_with('='), b)));
        names.dedup_by(|a, b| a.0 == b.0);
        let few = names.len() <= FEW;
        let longest = names.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let display = |name: &str, about: &str| {
            let room = width.saturating_sub(longest + 4);
            if !few || about.is_empty() || room < 12 {
                return name.to_owned();
            }
            format!("{name:longest$}  {}", shortened(about, room, ascii))
        };
        let pair = |(name, about): (String, String)| Pair { display: display(&name, &about), replacement: name };
        names.into_iter().map(pair).chain(more).collect()
    }
}

/// What a name means, in so many columns: it is cut between words.
fn shortened(about: &str, columns: usize, ascii: bool) -> String {
    if about.width() <= columns {
        return about.to_owned();
    }
    let more = if ascii { "..." } else { "…" };
    let fits = |end: &usize| about[..*end].width() + more.width() <= columns;
    let end = about.match_indices(' ').map(|(at, _)| at).take_while(fits).last().unwrap_or_default();
    about[..end].to_owned() + more
}

/// Over how many bytes of `name` those of `word` are spread, in their order and in any case, from its first on.
fn spread(word: &str, name: &str) -> Option<usize> {
    let mut bytes = name.bytes().enumerate();
    let mut first = None;
    let mut last = 0;
    for wanted in word.bytes() {
        let (at, _) = bytes.find(|(_, byte)| byte.eq_ignore_ascii_case(&wanted))?;
        first.get_or_insert(at);
        last = at;
    }
    Some(last + 1 - first?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let found = complete(text, Dialect::Both, (80, true), &Live::new().expect("a pipe can be made"));
        found.candidates.into_iter().map(|pair| pair.replacement).collect()
    }

    #[test]
    fn names_are_completed_where_they_may_stand() {
        assert_eq!(found(":hi"), ["hint"]);
        assert_eq!(found("HINC"), ["HINCRBY", "HINCRBYFLOAT"]);
        assert_eq!(found("OBJECT ENC"), ["ENCODING"]);
        assert_eq!(found("SET a b KEE"), ["KEEPTTL"]);
        assert_eq!(found("SET a KEE"), Vec::<String>::new());
        assert_eq!(found("SET a b EX "), Vec::<String>::new());
        assert_eq!(found("LMOVE a b L"), ["LEFT"]);
        assert_eq!(found("whil"), ["while"]);
    }

    #[test]
    fn what_a_name_means_fits_beside_it() {
        let about = "Sets a field of a hash only if it is not there.";
        assert_eq!(shortened(about, 47, false), about);
        assert_eq!(shortened(about, 46, false), "Sets a field of a hash only if it is not…");
        assert_eq!(shortened(about, 24, true), "Sets a field of a...");
        let pairs = complete(":c", Dialect::Both, (30, true), &Live::new().expect("a pipe can be made")).candidates;
        for Pair { display, .. } in pairs {
            assert!(display.contains("...") && display.width() <= 28, "{display}");
        }
    }

    #[test]
    fn where_nothing_begins_so_the_letters_count() {
        assert_eq!(found("HINCRF"), ["HINCRBYFLOAT"]);
        assert_eq!(found(":lsn"), ["lessons"]);
        assert_eq!(found("XQZJ"), Vec::<String>::new());
        assert_eq!(spread("usn", "user:1:name"), Some(8));
        assert_eq!(spread("nu", "user:1:name"), None);
    }

    #[test]
    fn many_names_are_listed_only_as_far_as_they_agree() {
        let mut matching = Matching { word: "us".into(), ..Matching::default() };
        for number in 0..1000 {
            matching.consider(&format!("user:{number}"), "");
        }
        let pairs = matching.pairs(80, true);
        assert_eq!(pairs.iter().map(|pair| pair.replacement.as_str()).collect::<Vec<_>>(), ["user:"]);
        let mut matching = Matching { word: "user:".into(), ..Matching::default() };
        for number in 0..1000 {
            matching.consider(&format!("user:{number}"), "");
        }
        let pairs = matching.pairs(80, true);
        assert_eq!(pairs.len(), MOST + 1);
        assert_eq!((pairs[MOST].replacement.as_str(), pairs[MOST].display.as_str()), ("user:", "and 940 more"));
    }
}
