//! What may be typed on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use redis_server::DebugAccess;

/// Learn Redis at a prompt: real redis-py and redis-cli, answered by a Redis inside this program.
///
/// Without a command, the list of lessons opens; Enter goes on where you left off.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Add the lessons of this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub lessons: Option<PathBuf>,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,

    /// The colours: those that the terminal lets you choose, or shades of our own for a dark or a light background
    #[arg(long, global = true, value_enum, default_value_t = Shades::Auto, value_name = "THEME")]
    pub theme: Shades,

    /// No lines, no boxes, no columns: text that reads well aloud
    #[arg(long, global = true)]
    pub plain: bool,

    /// Only ASCII characters
    #[arg(long, global = true)]
    pub ascii: bool,

    /// The keys of the line editor
    #[arg(long, global = true, value_enum, default_value_t = Keys::Emacs, value_name = "KEYS")]
    pub edit_mode: Keys,

    /// Decide all that is left to chance: the same seed gives the same answers
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,

    /// Keep progress in this file
    #[arg(long, global = true, value_name = "FILE")]
    pub progress: Option<PathBuf>,

    /// Neither read nor keep progress
    #[arg(long, global = true, conflicts_with = "progress")]
    pub no_progress: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a lesson, where you left it
    Learn {
        /// The lesson's name or number, and perhaps a step (hashes, 5, hashes/one-field), or a lesson's file (geo.toml, geo.toml/near)
        #[arg(value_name = "LESSON[/STEP]")]
        lesson: Option<String>,
        /// Open a lesson's file again whenever it is saved, at the same step
        #[arg(long)]
        watch: bool,
    },
    /// The prompt alone, no lesson
    Play,
    /// Run a script, statement by statement, as a transcript
    Run {
        /// One JSON object for each statement
        #[arg(long, conflicts_with = "cli")]
        json: bool,
        /// The script has lines of redis-cli
        #[arg(long)]
        cli: bool,
        /// Write the transcript as a picture to this file, - for standard output
        #[arg(long, value_name = "FILE.svg", conflicts_with_all = ["json", "cli"])]
        svg: Option<PathBuf>,
        /// The script; - is standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// List the lessons, with your progress
    #[command(alias = "list")]
    Lessons,
    /// Practise: short tasks from steps that you have done, when it is time for them
    Review,
    /// What finished lessons taught, as Markdown: commands with an example each, and what to remember
    Sheet {
        /// The lesson's name or number; none: all that are finished
        lesson: Option<String>,
    },
    /// The engine for real clients: redis-cli, or a Python with redis-py
    Serve(Serve),
    /// Completions for a shell, to be put where it looks for them
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// The manual page, as man reads it
    Man {
        /// The page of one of the commands
        command: Option<String>,
    },
    /// Prove lessons: every answer passes, every mistake gets its text
    Check {
        /// Lesson files and folders of them; none: the lessons built in
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Show a lesson as learners will see it, with its wrong tries and its hints
    Transcript {
        /// The lesson's file
        file: PathBuf,
        /// The columns of the transcript
        #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(usize))]
        width: Option<usize>,
    },
    /// Write a lesson to start from, which passes `check`
    New {
        /// The file to write: 120-time-series.toml makes the lesson time-series
        path: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Where to listen; other machines only with a password
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// The port; 0 takes one that is free
    #[arg(long, default_value_t = 6379)]
    pub port: u16,
    /// What clients must give to AUTH
    #[arg(long, value_name = "WORD")]
    pub password: Option<String>,
    /// Who may send DEBUG: nobody, clients on this machine, or all
    #[arg(long = "enable-debug-command", value_name = "WHO", default_value = "local")]
    pub debug: Debug,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Debug {
    No,
    Local,
    Yes,
}

impl From<Debug> for DebugAccess {
    fn from(debug: Debug) -> Self {
        match debug {
            Debug::No => DebugAccess::No,
            Debug::Local => DebugAccess::Local,
            Debug::Yes => DebugAccess::Yes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shades {
    /// Dark or light, if the terminal tells its background (COLORFGBG), else its own colours
    Auto,
    /// The terminal's own sixteen colours
    Terminal,
    Dark,
    Light,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keys {
    Emacs,
    Vi,
}

impl From<Keys> for rustyline::EditMode {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::Emacs => rustyline::EditMode::Emacs,
            Keys::Vi => rustyline::EditMode::Vi,
        }
    }
}
