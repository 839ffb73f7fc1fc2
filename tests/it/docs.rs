//! Checks that the pictures in README.md show what the program prints. Each picture is an SVG like those of `run
//! --svg`. It shows a session with the input listed below. `RECORD=1 cargo test --test it docs` rewrites the pictures.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use redis_tutor::driver::drive;
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::recording::Recording;
use redis_tutor::render::svg::Svg;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::event::Show;
use redis_tutor::session::{Options, Session};
use redis_tutor::transcript::scripted_learner::ScriptedLearner;

const WIDTH: usize = 80;

/// A picture: its file in `docs`, its title, and the input of its session.
struct Scene {
    file: &'static str,
    title: &'static str,
    /// The ids of the lesson and the step to open, or `None` for a prompt without a lesson.
    step: Option<(&'static str, &'static str)>,
    /// Whether the picture is an animated recording of the session.
    is_recording: bool,
    input: &'static [&'static str],
}

const SCENES: [Scene; 3] = [
    Scene {
        file: "session.svg",
        title: "A recorded session: a mistake gets a remark, then the right answer ends the step.",
        step: Some(("first-contact", "first-key")),
        is_recording: true,
        input: &["r.set('user:1000:name', Alice)", "r.set('user:1000:name', 'Alice')", "GET user:1000:name"],
    },
    Scene {
        file: "lesson.svg",
        title: "A step of a lesson: a mistake gets an answer, a hint is asked for, and the step is done.",
        step: Some(("leaderboards", "fifty-more")),
        is_recording: false,
        input: &[
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
        is_recording: false,
        input: &[
            "r.sadd('tags:1000', 'tech', 'python', 'databases')",
            "SADD tags:1001 python redis",
            ":draw tags:1000 tags:1001",
            "r.rpush('queue', 'mail', 'resize', 'report')",
            "LPOP queue",
            ":draw queue",
        ],
    },
];

/// Runs the session of a scene, and returns its picture as SVG.
fn draw(scene: &Scene) -> String {
    let library = Arc::new(Library::read(&library::built_in()).expect("the built-in lessons are valid"));
    let mut session = Session::new(Options::repeatable(library.clone()));
    if let Some((lesson, step)) = scene.step {
        let lesson = library.find(lesson).expect("the lesson exists");
        let at = lesson.steps.iter().position(|known| known.id.get_ref() == step).expect("the step exists");
        session.open(lesson.clone(), at);
    }
    let style = Style { width: WIDTH, ascii: false, plain: false, quoted: false };
    let mut renderer = Renderer::new(style, Theme::Colours);
    let (mut svg, mut recording) = (Svg::new(WIDTH), Recording::new(WIDTH));
    let input = scene.input.iter().map(|line| (*line).to_owned());
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let mut learner = ScriptedLearner::new(input, program, |show| {
        let spans = renderer.render_spans(show);
        match show {
            Show::Typed { .. } => recording.add_typed(&spans),
            _ => recording.add(&spans),
        }
        svg.add(&spans);
    });
    drive(&mut session, &mut learner).expect("the session writes to memory");
    if scene.is_recording { recording.write(scene.title) } else { svg.write(scene.title) }
}

#[test]
fn the_pictures_in_the_readme_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(folder.join("README.md")).expect("README.md");
    for scene in SCENES {
        let path = folder.join("docs").join(scene.file);
        let drawn = draw(&scene);
        if std::env::var_os("RECORD").is_some() {
            fs::write(&path, &drawn).expect("the source tree is writable");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == drawn,
            "docs/{} is out of date: RECORD=1 cargo test --test it docs updates it",
            scene.file
        );
        assert!(readme.contains(&format!("docs/{}", scene.file)), "README.md does not show docs/{}", scene.file);
    }
}
