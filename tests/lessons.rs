//! Lessons as a learner sees them: each is gone through with its mistakes, its hints and its answers, and the transcript
//! is a snapshot.

use std::path::Path;
use std::sync::Arc;

use redis_tutor::lesson::library::{self, Library};
use redis_tutor::markup::Style;
use redis_tutor::present::Presenter;
use redis_tutor::present::theme::Theme;
use redis_tutor::transcript::walk::walk;

fn lessons() -> Arc<Library> {
    let library = Library::read(&library::built_in()).expect("the lessons built in are lessons");
    assert!(!library.lessons.is_empty());
    Arc::new(library)
}

/// Holds a lesson against its snapshot.
fn reads_as_its_snapshot(library: &Arc<Library>, index: usize, style: Style, suffix: &str) {
    let lesson = &library.lessons[index];
    let presenter = Presenter::new(style, Theme::Plain);
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let walked = walk(lesson, library, presenter, program).expect("Python can be started");
    assert!(walked.finished, "{} is not finished:\n{}", lesson.id.get_ref(), walked.transcript);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("lesson-{}{suffix}", lesson.id.get_ref()), walked.transcript));
}

#[test]
fn every_lesson_reads_as_its_snapshot() {
    let library = lessons();
    let style = Style { width: 80, ascii: false, plain: false, quoted: false };
    for index in 0..library.lessons.len() {
        reads_as_its_snapshot(&library, index, style, "");
    }
}

#[test]
fn two_lessons_read_well_in_other_widths_and_plain() {
    let library = lessons();
    let leaderboards = library.lessons.iter().position(|lesson| lesson.id.get_ref() == "leaderboards");
    let leaderboards = leaderboards.expect("it is a lesson");
    let plain = Style { width: 40, ascii: true, plain: true, quoted: false };
    reads_as_its_snapshot(&library, 0, plain, "-plain-40");
    reads_as_its_snapshot(&library, leaderboards, plain, "-plain-40");
    let wide = Style { width: 120, ascii: false, plain: false, quoted: false };
    reads_as_its_snapshot(&library, 0, wide, "-120");
    reads_as_its_snapshot(&library, leaderboards, wide, "-120");
    let narrow = Style { width: 40, ascii: false, plain: false, quoted: false };
    reads_as_its_snapshot(&library, leaderboards, narrow, "-40");
}

/// Editors read the first line.
#[test]
fn every_lesson_names_the_schema() {
    for source in library::built_in() {
        assert!(source.text.starts_with("#:schema schema.json\n"), "{}: write #:schema schema.json first", source.name);
    }
}

#[test]
fn what_is_taught_where_is_taught_there() {
    let library = lessons();
    let guide = include_str!("../lessons/README.md");
    let (_, table) = guide.split_once("## What is taught where").expect("the guide has the table");
    let mut places = 0;
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).skip(1) {
        let cell = row.trim_end_matches([' ', '|']).rsplit_once('|').map_or("", |(_, cell)| cell.trim());
        for place in cell.split(", ") {
            let (lesson, step) = place.split_once('/').unwrap_or((place, ""));
            let lesson = library.lessons.iter().find(|known| known.id.get_ref() == lesson);
            let is_there = lesson.is_some_and(|lesson| lesson.steps.iter().any(|known| known.id.get_ref() == step));
            assert!(is_there, "lessons/README.md names {place}, and there is no such step: {row}");
            places += 1;
        }
    }
    assert!(places > 40, "only {places} places were read");
}
