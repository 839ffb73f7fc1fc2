//! Snapshots of tutor commands. Each file in `tests/tutor` contains lines to type. The output is recorded in three
//! styles.

use crate::support::snapshots;
use std::path::Path;
use std::sync::Arc;

use redis_tutor::driver::drive;
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::dialect;
use redis_tutor::session::{Options, Session};
use redis_tutor::transcript::scripted_learner::ScriptedLearner;

fn transcript(lines: &str, library: &Arc<Library>, style: Style) -> String {
    let mut session = Session::new(Options::repeatable(library.clone()));
    let mut renderer = Renderer::new(style, Theme::Plain);
    let mut transcript = String::new();
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let watch = |show: &_| transcript.push_str(&renderer.render(show));
    let mut learner = ScriptedLearner::new(dialect::submissions(lines), program, watch);
    drive(&mut session, &mut learner).expect("a session without a terminal meets no broken pipe");
    transcript
}

#[test]
fn tutor_commands_match_their_snapshots() {
    let library = Arc::new(Library::read(&library::built_in()).expect("the lessons built in are lessons"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tutor");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the folder is there").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::path);
    assert!(!files.is_empty());
    for file in files {
        let lines = std::fs::read_to_string(file.path()).expect("a file of lines");
        let name = file.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        for (kind, style) in snapshots::STYLES {
            snapshots::settings()
                .bind(|| insta::assert_snapshot!(format!("tutor-{name}-{kind}"), transcript(&lines, &library, style)));
        }
    }
}
