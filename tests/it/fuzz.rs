//! Fuzz tests of everything that the tutor reads from files and from learners: lessons, progress, Markdown, values, and
//! lines at the prompt. No input may cause a panic. Each input must either be accepted or be rejected with a message.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use redis_tutor::lesson::library::{self, Library, Source};
use redis_tutor::lesson::practice::{Card, Outcome};
use redis_tutor::lesson::progress::{LessonProgress, Progress, VERSION};
use redis_tutor::lesson::{format, prediction, rules, value};
use redis_tutor::markup::{self, Block, Role, Style, Text};
use redis_tutor::render::Renderer;
use redis_tutor::render::svg::Svg;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::dialect::{self, Dialect};
use redis_tutor::session::event::Show;
use test_support::fuzz::{Checked, check};

static LESSONS: LazyLock<Vec<Source>> = LazyLock::new(library::built_in);

/// A change to a random line of a lesson file.
#[derive(Debug, Clone)]
enum Change {
    Remove,
    Repeat,
    SwapWithNext,
    /// Replaces the text after the first `=` of the line, or the whole line if it contains no `=`.
    SetValue(&'static str),
    Insert(&'static str),
    /// Removes the text between two random positions in the line.
    Cut(Index, Index),
}

/// Values to insert into lesson files. `LINES` contains whole lines.
const VALUES: [&str; 24] = [
    "",
    "1",
    "-1",
    "99999999999999999999",
    "1.5",
    "nan",
    "true",
    "\"\"",
    "\"x\"",
    "\"é 日本 `a` **b**\"",
    "\"\"\"",
    "'''",
    "[]",
    "[1, 2]",
    "[\"a\", 1]",
    "{}",
    "{ run = \"1\", reply = \"1\" }",
    "{ uses = [] }",
    "1979-05-27",
    "\"\\u0000\"",
    "\"`\"",
    "\"**\"",
    "\"\\n```\\n\"",
    "[[[[[[[[",
];
const LINES: [&str; 22] = [
    "[[step]]",
    "[step]",
    "[step.expect]",
    "[[step.mistake]]",
    "[step.choose]",
    "[step.race]",
    "[[step.race.client]]",
    "[step.compare]",
    "[step.expect.every_order]",
    "task = \"x\"",
    "show = \"1\"",
    "predict = \"print(1)\"",
    "explore = \"x\"",
    "choose = { question = \"?\", options = [] }",
    "answer = \":quit\"",
    "hints = [\"a\", \"b\", \"c\", \"d\"]",
    "draw = \"a b c\"",
    "also = [\"\"]",
    "setup = \"x = = 1\"",
    "format = 2",
    "unknown = 1",
    "# é",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Remove),
        Just(Change::Repeat),
        Just(Change::SwapWithNext),
        select(VALUES.to_vec()).prop_map(Change::SetValue),
        select(LINES.to_vec()).prop_map(Change::Insert),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Cut(from, to)),
    ]
}

/// Generates the text of a built-in lesson with up to five random changes.
fn changed_lesson() -> impl Strategy<Value = String> {
    let changes = vec((any::<Index>(), change()), 0..6);
    (any::<Index>(), changes).prop_map(|(lesson, changes)| {
        let mut lines: Vec<String> = LESSONS[lesson.index(LESSONS.len())].text.lines().map(str::to_owned).collect();
        for (at, change) in changes {
            make_change(&mut lines, at, &change);
        }
        lines.join("\n")
    })
}

fn make_change(lines: &mut Vec<String>, at: Index, change: &Change) {
    if lines.is_empty() {
        return;
    }
    let at = at.index(lines.len());
    match change {
        Change::Remove => drop(lines.remove(at)),
        Change::Repeat => lines.insert(at, lines[at].clone()),
        Change::SwapWithNext if at + 1 < lines.len() => lines.swap(at, at + 1),
        Change::SwapWithNext => {}
        Change::SetValue(value) => {
            let key = lines[at].split_once('=').map(|(key, _)| format!("{key}= "));
            lines[at] = key.unwrap_or_default() + value;
        }
        Change::Insert(line) => lines.insert(at, (*line).to_owned()),
        Change::Cut(from, to) => {
            let ends: Vec<usize> = lines[at].char_indices().map(|(at, _)| at).chain([lines[at].len()]).collect();
            let (from, to) = (ends[from.index(ends.len())], ends[to.index(ends.len())]);
            lines[at].replace_range(from.min(to)..from.max(to), "");
        }
    }
}

/// Checks a lesson file as `check` and `learn` do before they run anything.
fn check_lesson_file(text: String) -> Checked {
    let is_place = |at: Option<usize>| at.is_none_or(|at| at <= text.len() && text.is_char_boundary(at));
    let found = match format::parse(&text) {
        Ok(lesson) => [rules::errors(&lesson), rules::advice(&lesson)].concat(),
        Err(error) => vec![error],
    };
    for diagnostic in &found {
        prop_assert!(is_place(diagnostic.at), "{diagnostic:?}");
        prop_assert!(!diagnostic.message.trim().is_empty(), "{diagnostic:?}");
    }
    let source = Source { name: "x.toml".into(), text };
    if let Err(message) = source.lesson() {
        prop_assert!(message.starts_with("x.toml"), "{message}");
    }
    Ok(())
}

#[test]
fn a_changed_lesson_file_is_a_lesson_or_has_a_message_with_its_place() {
    check(&changed_lesson(), check_lesson_file);
}

#[test]
fn any_text_is_a_lesson_or_has_a_message_with_its_place() {
    let piece = prop_oneof![
        select(LINES.to_vec()).prop_map(str::to_owned),
        select(VALUES.to_vec()).prop_map(|value| format!("say = {value}")),
        "[a-z]{1,4}[.=\\[\\]{}\"'# ]{0,4}",
        "\\PC{0,12}",
    ];
    check(&vec(piece, 0..12).prop_map(|lines| lines.join("\n")), check_lesson_file);
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![select(vec!["hashes", "strings", "lists", "nowhere"]).prop_map(str::to_owned), "\\PC{0,8}"]
}

fn card() -> impl Strategy<Value = Card> {
    let level = prop_oneof![0..9_usize, any::<usize>()];
    (level, prop_oneof![0..2_000_000_000_i64, any::<i64>()]).prop_map(|(level, due)| Card { level, due })
}

fn progress() -> impl Strategy<Value = Progress> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let lesson =
        (proptest::option::of(id()), vec(id(), 0..4), flags).prop_map(|(step, done, (finished, known, end_is_due))| {
            LessonProgress { step, done, finished, known, end_is_due }
        });
    let practice = btree_map((id(), id()).prop_map(|(lesson, step)| format!("{lesson}/{step}")), card(), 0..4);
    (proptest::option::of(id()), btree_map(id(), lesson, 0..4), practice)
        .prop_map(|(current, lessons, practice)| Progress { version: VERSION, current, lessons, practice })
}

/// Uses progress in the same way as a session. Checks that finished steps stay finished.
fn use_progress(mut progress: Progress, library: &Library, now_s: i64) -> Checked {
    let before: BTreeMap<String, Vec<String>> =
        progress.lessons.iter().map(|(id, lesson)| (id.clone(), lesson.done.clone())).collect();
    for due in progress.cards(library) {
        prop_assert!(due.step < due.lesson.steps.len());
        prop_assert!(due.days_left(now_s).is_none_or(|days| days > 0));
    }
    for lesson in &library.lessons {
        let (id, step) = (lesson.id.get_ref(), lesson.steps[0].id.get_ref());
        progress.at(id, step);
        progress.done(id, step);
        for outcome in [Outcome::Known, Outcome::Helped, Outcome::GivenUp] {
            prop_assert!(progress.practised(id, step, outcome, now_s) >= 0);
        }
        progress.finished(id);
        progress.ended(id);
    }
    for (id, done) in before {
        let now = &progress.lessons[&id].done;
        prop_assert!(done.iter().all(|step| now.contains(step)), "{id}: {done:?} became {now:?}");
    }
    Ok(())
}

#[test]
fn saved_progress_is_read_again() {
    let library = Library::read(&LESSONS).expect("the built-in lessons are valid");
    check(&(progress(), any::<i64>()), |(progress, now_s)| {
        let text = serde_json::to_string_pretty(&progress).expect("progress is data");
        let read: Progress = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&read, &progress);
        use_progress(read, &library, now_s)
    });
}

#[test]
fn a_damaged_progress_file_is_refused_or_can_be_used() {
    let library = Library::read(&LESSONS).expect("the built-in lessons are valid");
    let damage = vec((any::<Index>(), any::<Index>(), "[0-9a-z{}\\[\\]\",:.-]{0,3}"), 0..3);
    check(&(progress(), damage, 0..2_000_000_000_i64), |(progress, damage, now_s)| {
        let mut bytes = serde_json::to_vec_pretty(&progress).expect("progress is data");
        for (from, to, new) in damage {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let end = from.max(to).min(from.min(to) + 8);
            bytes.splice(from.min(to)..end, new.bytes());
        }
        match serde_json::from_slice::<Progress>(&bytes) {
            Ok(read) => use_progress(read, &library, now_s),
            Err(_) => Ok(()),
        }
    });
}

/// Generates Markdown or arbitrary text.
fn markdown() -> impl Strategy<Value = String> {
    let pieces = vec![
        "word",
        " ",
        "`",
        "**",
        "*",
        "```",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "11. ",
        "|",
        "\\|",
        "|--|--|",
        "| a | b |",
        "x`y`z",
        "é日本",
        "\u{301}",
        "\t",
        "\r",
        "\0",
        "a_very_long_word_that_no_line_can_hold",
        "  ",
        ".",
        "\u{200b}",
        "👩‍👩‍👧",
    ];
    prop_oneof![4 => vec(select(pieces), 0..24).prop_map(|pieces| pieces.concat()), 1 => "\\PC{0,40}"]
}

fn style() -> impl Strategy<Value = Style> {
    (0..120_usize, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(width, ascii, plain, quoted)| Style {
        width,
        ascii,
        plain,
        quoted,
    })
}

/// Returns `text` without white space.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn markdown_is_laid_out_without_losing_a_word() {
    check(&(markdown(), style()), |(markdown, style)| -> Checked {
        let text = markup::parse(&markdown);
        let _ = markup::unclosed_mark(&markdown);
        let lines = markup::layout(&text, None, Style { quoted: false, plain: false, ..style });
        let shown: String = lines.iter().map(|line| markup::plain_text(line)).collect();
        let shown = squeezed(&shown);
        for block in &text.0 {
            let spans = match block {
                Block::Paragraph(spans) => spans.clone(),
                Block::List { items, .. } => items.concat(),
                Block::Code(lines) => vec![markup::Span::new(Role::Code, lines.concat())],
                // Skips tables. The cells of a wide table are stacked, with the column names between them.
                Block::Table(_) => continue,
            };
            for span in spans {
                prop_assert!(
                    span.text.split_whitespace().all(|word| shown.contains(word)),
                    "{span:?} is not in {shown:?}"
                );
            }
        }
        let mut renderer = Renderer::new(style, Theme::Plain);
        let mut svg = Svg::new(style.width);
        for show in [Show::Text(text), Show::Gap, Show::Output(markdown.clone()), Show::Reply(markdown)] {
            let _ = renderer.render(&show);
            svg.add(&renderer.render_spans(&show));
        }
        prop_assert!(svg.write("title").starts_with("<svg"));
        Ok(())
    });
}

#[test]
fn a_text_in_inline_code_is_one_span_of_code() {
    let text = prop_oneof![markdown(), "\\PC{1,12}"];
    check(&text, |text| -> Checked {
        let coded = markup::parse(&markup::code(&text));
        if text.is_empty() {
            return Ok(());
        }
        let [Block::Paragraph(spans)] = &coded.0[..] else {
            return Err(TestCaseError::fail(format!("{coded:?} is not a paragraph")));
        };
        prop_assert!(matches!(&spans[..], [span] if span.role == Role::Code), "{spans:?}");
        let said = Text::from_markdown(Role::Error, &format!("a **b** {} *c* `d`", markup::code(&text)));
        let [Block::Paragraph(spans)] = &said.0[..] else {
            return Err(TestCaseError::fail(format!("{said:?} is not a paragraph")));
        };
        let roles: Vec<Role> = spans.iter().map(|span| span.role).filter(|role| *role != Role::Error).collect();
        prop_assert_eq!(roles, [Role::Strong, Role::Code, Role::Emphasis, Role::Code]);
        Ok(())
    });
}

#[test]
fn texts_are_truncated_to_their_width() {
    check(&(markdown(), 0..40_usize), |(text, columns)| -> Checked {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let cut = markup::truncate(&text, columns, "…");
        let width = |text: &str| markup::line_width(&[markup::Span::new(Role::Plain, text)]);
        prop_assert!(width(&cut) <= columns.max(1), "{cut:?}");
        prop_assert!(markup::truncate_characters(&text, columns).chars().count() <= columns + 1);
        Ok(())
    });
}

/// Generates input as a learner may type it, in Python or in redis-cli syntax.
fn entered() -> impl Strategy<Value = String> {
    let pieces = vec![
        "r.get('a')",
        "GET a",
        "set a 1",
        "PING",
        "\n",
        "\n\n",
        "    ",
        "for i in range(3):",
        "if x:",
        "else:",
        ":hint",
        ":wait 5s",
        ">>> ",
        "... ",
        "127.0.0.1:6379> ",
        "127.0.0.1:6379[2](TX)> ",
        "(",
        ")",
        "'",
        "\"",
        "'''",
        "\\",
        "#",
        "x = ",
        "@d",
        "def f():",
        "é",
        "日本",
        "\t",
        "\r",
        "\0",
        "help",
        "exit",
        ":",
        "::",
        ";",
        " ",
        "> ",
        "1",
        ".",
        "not ",
        "[",
        "{",
    ];
    prop_oneof![4 => vec(select(pieces), 0..16).prop_map(|pieces| pieces.concat()), 1 => "\\PC{0,40}"]
}

#[test]
fn whatever_is_entered_is_split_into_inputs() {
    let dialects = select(vec![Dialect::Both, Dialect::Python, Dialect::Cli]);
    check(&(entered(), dialects), |(text, dialect)| -> Checked {
        let inputs = dialect::inputs(&text, dialect);
        for input in &inputs {
            prop_assert!(!input.text().trim().is_empty(), "{inputs:?}");
        }
        let _ = dialect::is_incomplete(&text, dialect);
        let _ = dialect::submissions(&text);
        Ok(())
    });
}

/// Generates a Python value that consists only of built-in types.
fn python_value() -> impl Strategy<Value = value::Value> {
    let leaf = prop_oneof![
        Just(value::Value::None),
        any::<bool>().prop_map(value::Value::Bool),
        any::<i64>().prop_map(|n| value::Value::Integer(n.into())),
        (-1e9..1e9_f64).prop_map(value::Value::Float),
        "\\PC{0,8}|[\n\t'\"\\\\]{0,4}".prop_map(value::Value::Text),
        vec(any::<u8>(), 0..8).prop_map(value::Value::Bytes),
    ];
    leaf.prop_recursive(3, 12, 3, |item| {
        prop_oneof![
            vec(item.clone(), 0..4).prop_map(value::Value::Sequence),
            vec(item.clone(), 0..4).prop_map(value::Value::Set),
            vec((item.clone(), item), 1..3).prop_map(value::Value::Map),
        ]
    })
}

#[test]
fn a_value_is_read_from_its_repr() {
    check(&python_value(), |written| -> Checked {
        let repr = value::repr(&written);
        let read = value::parse_python(&repr);
        prop_assert!(read.as_ref().is_some_and(|read| value::same(read, &written)), "{repr} was read as {read:?}");
        Ok(())
    });
}

#[test]
fn any_prediction_is_judged() {
    let pieces = vec![
        "[", "]", "(", ")", "{", "}", ",", ":", "b'", "'", "\"", "\\x", "\\", "1", "-", ".", "e9", "None", "set()",
        " ", "é", "nan",
    ];
    let guess = prop_oneof![vec(select(pieces), 0..16).prop_map(|pieces| pieces.concat()), "\\PC{0,20}"];
    check(&(guess.clone(), guess), |(truth, guess)| -> Checked {
        prop_assert_eq!(prediction::judge(&truth, &truth), prediction::Guess::Right);
        let _ = prediction::judge(&truth, &guess);
        Ok(())
    });
}
