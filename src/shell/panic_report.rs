//! The report that is shown after the program has panicked.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

use super::text_width;
use crate::markup::{Block, Role, Span, Style, Text, layout, plain_text, visible_lines};
use crate::messages::shell as messages;
use crate::user_files::SaveStatus;

/// Panics on the thread that runs the session when `:panic ` is typed, so that tests can check how a panic ends the
/// program. Release builds do not contain this function.
#[cfg(debug_assertions)]
pub fn panic_on_request(line: &str, queries: &super::session_queries::SessionQueries) {
    if line == ":panic " {
        queries.ask(|_, _| panic!("this was asked for"));
    }
}

/// Returns the report: what happened and where, whether progress is saved, and where to report the panic. A backtrace
/// follows if `RUST_BACKTRACE` requests one.
pub fn report(panic: &PanicHookInfo<'_>, save_status: &SaveStatus) -> String {
    let place = panic.location().map(messages::panic_place).unwrap_or_default();
    let reason = panic.payload_as_str().map_or_else(messages::panic_without_reason, str::to_owned);
    let happened = messages::panic_happened(env!("CARGO_PKG_VERSION"), place, reason);
    let reassurance = match save_status.path() {
        Some(path) if save_status.is_saved() => messages::panic_progress_safe(path.display()),
        Some(path) => messages::panic_progress_not_saved(path.display()),
        None => messages::panic_not_yours(),
    };
    let request = match env!("CARGO_PKG_REPOSITORY") {
        "" => messages::panic_report_to_source(),
        repository => messages::panic_report_at(repository),
    };
    let paragraph = |text: String| Block::Paragraph(vec![Span::new(Role::Plain, text)]);
    let text = Text([happened, reassurance, request].map(paragraph).into());
    let style = Style { width: text_width(), ascii: true, plain: false, quoted: true };
    let mut lines: Vec<String> = layout(&text, None, style).iter().map(|line| plain_text(line)).collect();
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        lines.push(backtrace.to_string());
    }
    visible_lines(&lines.join("\n")).into_owned()
}
