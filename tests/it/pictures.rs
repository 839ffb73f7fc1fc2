//! Snapshots of the pictures of keys. The lines of each file in `tests/pictures` are typed at the redis-cli prompt. The
//! output is recorded at three widths, in ASCII, and in plain style. No line of a picture may be wider than the
//! terminal.

use crate::support::snapshots;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redis_tutor::driver::drive;
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::dialect::Dialect;
use redis_tutor::session::event::Show;
use redis_tutor::session::{Options, Session};
use redis_tutor::transcript::scripted_learner::ScriptedLearner;
use unicode_width::UnicodeWidthStr as _;

const STYLES: [(&str, Style); 5] = [
    ("80", Style { width: 80, ascii: false, plain: false, quoted: false }),
    ("40", Style { width: 40, ascii: false, plain: false, quoted: false }),
    ("120", Style { width: 120, ascii: false, plain: false, quoted: false }),
    ("ascii", Style { width: 60, ascii: true, plain: false, quoted: false }),
    ("plain", Style { width: 60, ascii: true, plain: true, quoted: false }),
];

/// Returns whether a line is drawn only with ASCII characters. The data itself may contain any letters.
fn is_drawn_in_ascii(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii() || c.is_alphanumeric() || c == '、')
}

fn transcript(lines: &str, style: Style) -> String {
    let mut session = Session::new(Options { dialect: Dialect::Cli, ..Options::repeatable(Arc::default()) });
    let mut renderer = Renderer::new(style, Theme::Plain);
    let mut transcript = String::new();
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let mut learner = ScriptedLearner::new(lines.lines().map(str::to_owned), program, |show| {
        let text = renderer.render(show);
        if let Show::Picture(_) = show {
            // Plain style does not break long words, so its lines may be too wide.
            for line in text.lines().filter(|_| !style.plain) {
                assert!(line.width() <= style.width, "too wide: {line:?}");
                assert!(!style.ascii || is_drawn_in_ascii(line), "{line:?}");
            }
        }
        transcript.push_str(&text);
    });
    drive(&mut session, &mut learner).expect("Python can be started");
    transcript
}

#[test]
fn pictures_match_their_snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the folder exists").map(|e| e.unwrap().path()).collect();
    files.sort();
    snapshots::settings().bind(|| {
        for file in &files {
            let lines = fs::read_to_string(file).expect("the file can be read");
            let stem = file.file_stem().expect("the file has a name").to_string_lossy();
            let all: Vec<_> =
                STYLES.iter().map(|(name, style)| format!("=== {name}\n{}", transcript(&lines, *style))).collect();
            insta::assert_snapshot!(format!("picture-{stem}"), all.join("\n"));
        }
    });
}
