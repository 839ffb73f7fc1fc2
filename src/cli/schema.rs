//! `lessons/schema.json`: what editors check a lesson by, read off the types of `format`.

use std::path::Path;

use crate::lesson::format::Lesson;

/// The schema as it should be now. INSTA_UPDATE=always writes it.
#[test]
fn the_schema_says_what_the_types_say() {
    let mut schema = serde_json::to_value(schemars::schema_for!(Lesson)).expect("a schema is JSON");
    schema["title"] = "A lesson of redis-tutor".into();
    let current = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/schema.json");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, &current).expect("the sources can be written");
    }
    let kept = std::fs::read_to_string(&file).expect("the schema is there");
    assert!(kept == current, "lessons/schema.json is old: INSTA_UPDATE=always cargo test --lib schema writes it anew");
}
