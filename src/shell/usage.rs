//! A command's syntax as its row tells it, and how far the words that were typed have come in it: what may stand next.

/// What may stand where the next word begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// What is still to come, the next thing first, in the words of the row.
    pub rest: Vec<String>,
    /// Option words that may stand here.
    pub tokens: Vec<&'static str>,
}

/// A part of a syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A word of the user's: `key`.
    Word(&'static str),
    /// A word that stands as it is: `MATCH`.
    Token(&'static str),
    /// One of several ways to go on: `[NX | XX]`, `<LEFT | RIGHT>`; what it looks like, and its ways.
    Ways { shown: &'static str, is_optional: bool, repeats: bool, ways: Vec<Vec<Part>> },
}

/// What may follow `words` in a command of this syntax.
pub fn next(syntax: &'static str, words: &[&str]) -> Next {
    let parts = sequence(syntax);
    let mut words = words;
    let mut at = 0;
    while at < parts.len() {
        if matches!(&parts[at], Part::Ways { is_optional: true, .. }) {
            let end = at + parts[at..].iter().take_while(|p| matches!(p, Part::Ways { is_optional: true, .. })).count();
            if let Some(next) = options(&parts[at..end], &mut words, &parts[end..]) {
                return next;
            }
            at = end;
        } else {
            if words.is_empty() {
                return Next { rest: shown(&parts[at..]), tokens: tokens(&parts[at]) };
            }
            if let Some(mut next) = required(&parts[at], &mut words) {
                next.rest.extend(shown(&parts[at + 1..]));
                return next;
            }
            at += 1;
        }
    }
    Next::default()
}

/// Takes the words of a part that must be there. What may follow, if they end within it.
fn required(part: &Part, words: &mut &[&str]) -> Option<Next> {
    match part {
        Part::Word(_) | Part::Token(_) => {
            *words = &words[1..];
            None
        }
        Part::Ways { ways, .. } => {
            let way = ways.iter().find(|way| begins(way, words[0])).or(ways.first())?;
            all_of(way, words)
        }
    }
}

/// Takes the words of a run of options, which may come in any order. What may follow, if the words end within it.
fn options(run: &[Part], words: &mut &[&str], after: &[Part]) -> Option<Next> {
    let mut open: Vec<&Part> = run.iter().collect();
    loop {
        let left = |open: &[&Part]| open.iter().map(|part| part.shown()).chain(after.iter().map(Part::shown)).collect();
        let Some(word) = words.first() else {
            let tokens = open.iter().flat_map(|part| tokens(part)).collect();
            return Some(Next { rest: left(&open), tokens });
        };
        let by_token = open.iter().position(|part| part.ways().iter().any(|way| names(way, word)));
        let index = by_token.or_else(|| open.iter().position(|part| part.ways().iter().any(|way| is_free(way))))?;
        let Part::Ways { repeats, ways, .. } = open[index] else { return None };
        let way = ways.iter().find(|way| names(way, word)).or_else(|| ways.iter().find(|way| is_free(way)))?;
        let inside = all_of(way, words);
        if !repeats {
            open.remove(index);
        }
        if let Some(mut next) = inside {
            next.rest.extend::<Vec<String>>(left(&open));
            return Some(next);
        }
    }
}

/// Takes the words of parts that belong together. What may follow, if the words end among them.
fn all_of(way: &[Part], words: &mut &[&str]) -> Option<Next> {
    for (index, part) in way.iter().enumerate() {
        if words.is_empty() {
            // An option at the end of a way need not be there.
            if index > 0 && way[index..].iter().all(|part| matches!(part, Part::Ways { is_optional: true, .. })) {
                return None;
            }
            return Some(Next { rest: shown(&way[index..]), tokens: tokens(part) });
        }
        if let Part::Ways { is_optional: true, ways, .. } = part {
            if ways.iter().any(|way| names(way, words[0])) {
                required(part, words)?;
            }
            continue;
        }
        if let Some(next) = required(part, words) {
            return Some(next);
        }
    }
    None
}

/// Whether a way begins with this option word.
fn names(way: &[Part], word: &str) -> bool {
    matches!(way.first(), Some(Part::Token(token)) if token.eq_ignore_ascii_case(word))
}

/// Whether a way begins with a word of the user's.
fn is_free(way: &[Part]) -> bool {
    matches!(way.first(), Some(Part::Word(_)))
}

fn begins(way: &[Part], word: &str) -> bool {
    names(way, word) || is_free(way)
}

/// The option words that a part may begin with.
fn tokens(part: &Part) -> Vec<&'static str> {
    match part {
        Part::Word(_) => Vec::new(),
        Part::Token(token) => vec![token],
        Part::Ways { ways, .. } => ways.iter().filter_map(|way| way.first()).flat_map(tokens).collect(),
    }
}

fn shown(parts: &[Part]) -> Vec<String> {
    parts.iter().map(Part::shown).collect()
}

impl Part {
    fn shown(&self) -> String {
        match self {
            Part::Word(text) | Part::Token(text) | Part::Ways { shown: text, .. } => (*text).to_owned(),
        }
    }

    fn ways(&self) -> &[Vec<Part>] {
        match self {
            Part::Ways { ways, .. } => ways,
            Part::Word(_) | Part::Token(_) => &[],
        }
    }
}

/// The parts of a syntax, one after the other.
fn sequence(syntax: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = syntax.trim_start();
    while !rest.is_empty() {
        let (text, after) = if rest.starts_with(['[', '<']) {
            rest.split_at(closing(rest))
        } else {
            rest.split_at(rest.find(' ').unwrap_or(rest.len()))
        };
        parts.push(match text.as_bytes()[0] {
            b'[' | b'<' if text.len() > 2 => group(text),
            b'A'..=b'Z' | b'*' | b'=' | b'~' => Part::Token(text),
            _ => Part::Word(text),
        });
        rest = after.trim_start();
    }
    parts
}

/// The end of the bracket that `text` begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '<' => depth += 1,
            ']' | '>' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// What is in brackets: ways to go on, with a bar between them.
fn group(shown: &'static str) -> Part {
    let inside = &shown[1..shown.len() - 1];
    let repeats = inside.ends_with("...");
    let inside = inside.trim_end_matches("...").trim_end();
    // `[key [key ...]]` says twice that there may be more.
    let mut ways = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '[' | '<' => depth += 1,
            ']' | '>' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                ways.push(sequence(inside[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    ways.push(sequence(inside[start..].trim()));
    Part::Ways { shown, is_optional: shown.starts_with('['), repeats, ways }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redis_engine::commands;

    fn after(line: &str) -> (String, String) {
        let words: Vec<&str> = line.split(' ').collect();
        let row = commands::by_name(words[0]).expect("a command");
        let next = next(row.syntax, &words[1..]);
        (next.rest.join(" "), next.tokens.join(" "))
    }

    #[test]
    fn what_may_stand_next_follows_from_the_row() {
        let cases = [
            ("HGET", "key field", ""),
            ("HGET h", "field", ""),
            ("HGET h f", "", ""),
            ("SCAN 0", "[MATCH pattern] [COUNT count] [TYPE type]", "MATCH COUNT TYPE"),
            ("SCAN 0 COUNT", "count [MATCH pattern] [TYPE type]", ""),
            ("SCAN 0 count 10", "[MATCH pattern] [TYPE type]", "MATCH TYPE"),
            ("SADD s", "member [member ...]", ""),
            ("SADD s a", "[member ...]", ""),
            ("SADD s a b c", "[member ...]", ""),
            ("LMOVE a b", "<LEFT | RIGHT> <LEFT | RIGHT>", "LEFT RIGHT"),
            ("LMOVE a b LEFT", "<LEFT | RIGHT>", "LEFT RIGHT"),
            ("MSET a 1 b", "value [key value ...]", ""),
        ];
        for (line, rest, tokens) in cases {
            assert_eq!(after(line), (rest.to_owned(), tokens.to_owned()), "{line}");
        }
        let (_, tokens) = after("SET a 1 NX");
        assert!(tokens.starts_with("GET EX PX") && !tokens.contains("XX"), "{tokens}");
        let (rest, tokens) = after("SET a 1 EX");
        assert!(rest.starts_with("seconds [NX | XX] [GET]") && tokens.is_empty(), "{rest} / {tokens}");
        let (_, tokens) = after("ZADD z");
        assert!(tokens.contains("NX") && tokens.contains("GT") && tokens.contains("INCR"), "{tokens}");
    }

    #[test]
    fn every_syntax_is_read_to_its_end() {
        for row in commands::all() {
            let shown: String = shown(&sequence(row.syntax)).join(" ");
            assert_eq!(shown.split_whitespace().collect::<Vec<_>>(), row.syntax.split_whitespace().collect::<Vec<_>>());
            // No words, however many, lead astray.
            for count in 0..12 {
                next(row.syntax, &vec!["x"; count]);
            }
        }
    }
}
