//! Checks that `lessons/schema.json`, which text editors use to check lesson files, matches the types of
//! `lesson::format`.

use std::path::Path;

use crate::lesson::format::Lesson;

/// Run this test with `INSTA_UPDATE=always` to write the schema file.
#[test]
fn the_schema_file_matches_the_lesson_format() {
    let mut schema = serde_json::to_value(schemars::schema_for!(Lesson)).expect("a schema can be written as JSON");
    schema["title"] = "A lesson of redis-tutor".into();
    let current = serde_json::to_string_pretty(&schema).expect("a schema can be written as JSON") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/schema.json");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, &current).expect("the source tree is writable");
    }
    let committed = std::fs::read_to_string(&file).expect("lessons/schema.json exists");
    assert!(
        committed == current,
        "lessons/schema.json is out of date: INSTA_UPDATE=always cargo test --lib schema updates it"
    );
}
