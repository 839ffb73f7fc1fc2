//! What is said when the program itself has failed.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
use std::path::Path;

use super::text_width;
use crate::markup::{Block, Role, Span, Style, Text, layout, plain_text};

/// A panic behind a line that is being typed, for the tests of what comes of it. No program that is shipped has it.
#[cfg(debug_assertions)]
pub fn on_request(line: &str, live: &super::live::Live) {
    if line == ":panic " {
        live.ask(|_, _| panic!("this was asked for"));
    }
}

/// What happened and where, that nothing of the learner's is lost, and where to report it. A backtrace follows if the
/// environment asks for one.
pub fn report(panic: &PanicHookInfo<'_>, progress: Option<&Path>) -> String {
    let place = panic.location().map(|location| format!(" at {location}")).unwrap_or_default();
    let reason = panic.payload_as_str().unwrap_or("no reason was given");
    let happened = format!("redis-tutor {} failed{place}: {reason}", env!("CARGO_PKG_VERSION"));
    let kept = progress.map(|path| format!(" Your progress is safe, in {}.", path.display())).unwrap_or_default();
    let whose = format!("This is a mistake in redis-tutor, not yours.{kept}");
    let where_to = match env!("CARGO_PKG_REPOSITORY") {
        "" => "where you have redis-tutor from".to_owned(),
        repository => format!("at {repository}"),
    };
    let wanted = format!("Please report it {where_to}: these lines, and what you typed.");
    let paragraph = |text: String| Block::Paragraph(vec![Span::new(Role::Plain, text)]);
    let text = Text([happened, whose, wanted].map(paragraph).into());
    let style = Style { width: text_width(), ascii: true, plain: false, quoted: true };
    let mut lines: Vec<String> = layout(&text, None, style).iter().map(|line| plain_text(line)).collect();
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        lines.push(backtrace.to_string());
    }
    lines.join("\n")
}
