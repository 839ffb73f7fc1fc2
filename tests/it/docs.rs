//! The pictures of README.md are what the program shows: each is a session that is typed here and written as `run --svg`
//! writes it. `RECORD=1 cargo test --test docs` writes them anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use redis_tutor::driver::drive;
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::svg::Svg;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::{Options, Session};
use redis_tutor::transcript::scripted_learner::ScriptedLearner;

const WIDTH: usize = 80;

/// A picture: its file in `docs`, what is said of it, where it takes place, and what is typed.
struct Scene {
    file: &'static str,
    title: &'static str,
    /// A lesson and a step of it, or none for the prompt alone.
    step: Option<(&'static str, &'static str)>,
    typed: &'static [&'static str],
}

const SCENES: [Scene; 2] = [
    Scene {
        file: "lesson.svg",
        title: "A step of a lesson: a mistake gets an answer, a hint is asked for, and the step is done.",
        step: Some(("leaderboards", "fifty-more")),
        typed: &[
            "r.zadd('game:leaderboard', {'Alice': 50})",
            ":again",
            ":hint",
            "r.zincrby('game:leaderboard', 50, 'Alice')",
        ],
    },
    Scene {
        file: "draw.svg",
        title: "Keys as pictures: two sets as they overlap, a queue whose first element was taken.",
        step: None,
        typed: &[
            "r.sadd('tags:1000', 'tech', 'python', 'databases')",
            "SADD tags:1001 python redis",
            ":draw tags:1000 tags:1001",
            "r.rpush('queue', 'mail', 'resize', 'report')",
            "LPOP queue",
            ":draw queue",
        ],
    },
];

fn painted(scene: &Scene) -> String {
    let library = Arc::new(Library::read(&library::built_in()).expect("the lessons built in are lessons"));
    let mut session = Session::new(Options::repeatable(library.clone()));
    if let Some((lesson, step)) = scene.step {
        let lesson = library.find(lesson).expect("the lesson is there");
        let at = lesson.steps.iter().position(|known| known.id.get_ref() == step).expect("the step is there");
        session.open(lesson.clone(), at);
    }
    let style = Style { width: WIDTH, ascii: false, plain: false, quoted: false };
    let mut renderer = Renderer::new(style, Theme::Colours);
    let mut svg = Svg::new(WIDTH);
    let typed = scene.typed.iter().map(|line| (*line).to_owned());
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let mut learner = ScriptedLearner::new(typed, program, |show| svg.add(&renderer.render_spans(show)));
    drive(&mut session, &mut learner).expect("a session without a terminal meets no broken pipe");
    svg.write(scene.title)
}

#[test]
fn the_pictures_of_the_readme_are_what_is_shown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(folder.join("README.md")).expect("README.md");
    for scene in SCENES {
        let path = folder.join("docs").join(scene.file);
        let painted = painted(&scene);
        if std::env::var_os("RECORD").is_some() {
            fs::write(&path, &painted).expect("docs can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == painted, "docs/{} is not what is shown: RECORD=1 cargo test --test docs", scene.file);
        assert!(readme.contains(&format!("docs/{}", scene.file)), "README.md shows no docs/{}", scene.file);
    }
}
