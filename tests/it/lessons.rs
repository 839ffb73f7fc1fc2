//! Snapshots of whole lessons as a learner sees them. Each transcript contains the mistakes, hints and answers of every
//! step.

use std::path::Path;
use std::sync::Arc;

use redis_tutor::lesson::format::Lesson;
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::theme::Theme;
use redis_tutor::transcript::lesson_transcript::lesson_transcript;

fn lessons() -> Arc<Library> {
    let library = Library::read(&library::built_in()).expect("the lessons built in are lessons");
    assert!(!library.lessons.is_empty());
    Arc::new(library)
}

/// Ids of the lessons whose transcripts are also recorded at other widths and in plain style.
const IN_ALL_FORMS: [&str; 2] = ["first-contact", "leaderboards"];

/// Returns the styles in which a lesson's transcript is recorded, each with the suffix of its snapshot's name.
fn forms(lesson: &Lesson) -> Vec<(&'static str, Style)> {
    let usual = Style { width: 80, ascii: false, plain: false, quoted: false };
    let mut forms = vec![("", usual)];
    if IN_ALL_FORMS.contains(&lesson.id.get_ref().as_str()) {
        forms.push(("-40", Style { width: 40, ..usual }));
        forms.push(("-120", Style { width: 120, ..usual }));
        forms.push(("-plain-40", Style { width: 40, ascii: true, plain: true, ..usual }));
    }
    forms
}

/// Plays a lesson once, and returns its transcript in each style.
fn walked(lesson: &Arc<Lesson>, library: &Arc<Library>) -> Vec<String> {
    let presenters = forms(lesson).into_iter().map(|(_, style)| Renderer::new(style, Theme::Plain)).collect();
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let transcript = lesson_transcript(lesson, library, presenters, program, None).expect("Python can be started");
    assert!(transcript.is_finished, "{} is not finished:\n{}", lesson.id.get_ref(), transcript.texts[0]);
    transcript.texts
}

#[test]
fn every_lesson_matches_its_snapshots() {
    let library = lessons();
    // Each lesson has its own Python process, so the lessons can run in parallel.
    let transcripts: Vec<Vec<String>> = std::thread::scope(|scope| {
        let library = &library;
        let walks = library.lessons.iter().map(|lesson| scope.spawn(move || walked(lesson, library)));
        let walks: Vec<_> = walks.collect();
        walks.into_iter().map(|walk| walk.join().expect("the lesson can be gone through")).collect()
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (lesson, transcripts) in library.lessons.iter().zip(transcripts) {
            for ((suffix, _), transcript) in forms(lesson).into_iter().zip(transcripts) {
                insta::assert_snapshot!(format!("lesson-{}{suffix}", lesson.id.get_ref()), transcript);
            }
        }
    });
}

/// Checks the first line of each lesson file, which tells text editors where the schema is.
#[test]
fn every_lesson_names_the_schema() {
    for source in library::built_in() {
        assert!(source.text.starts_with("#:schema schema.json\n"), "{}: write #:schema schema.json first", source.name);
    }
}

#[test]
fn every_place_named_in_the_guide_exists() {
    let library = lessons();
    let guide = include_str!("../../lessons/README.md");
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
