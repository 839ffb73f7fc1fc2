//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::limits::{self, TimeLimit};
use redis_server::DebugAccess;

/// Learn Redis at a prompt: real redis-py and redis-cli, answered by a Redis inside this program.
///
/// Without a command, the list of lessons opens; Enter resumes where you left off.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Add the lessons in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub lessons: Option<PathBuf>,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub color: ColourChoice,

    /// The colour theme: the terminal's own colours, or fixed shades for a dark or a light background
    #[arg(long, global = true, value_enum, default_value_t = ThemeChoice::Auto, value_name = "THEME")]
    pub theme: ThemeChoice,

    /// Plain text for screen readers: no lines, boxes or columns, and nothing is drawn again
    #[arg(long, global = true)]
    pub plain: bool,

    /// Use only ASCII characters
    #[arg(long, global = true)]
    pub ascii: bool,

    /// The key bindings of the line editor
    #[arg(long, global = true, value_enum, default_value_t = KeyBindings::Emacs, value_name = "KEYS")]
    pub edit_mode: KeyBindings,

    /// How long a script or piped input may compute (5 minutes), or a try of `check` (1 minute): 30s, 10m, none
    #[arg(long, global = true, value_name = "TIME", value_parser = limits::parse_time)]
    pub time_limit: Option<TimeLimit>,

    /// How much memory the data may take (1gb; for `serve` no limit): 256mb, 2gb
    #[arg(long, global = true, value_name = "SIZE", value_parser = limits::parse_memory)]
    pub memory_limit: Option<u64>,

    /// Seed for everything random: use the same number for reproducible runs
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,

    /// Save progress to this file
    #[arg(long, global = true, value_name = "FILE")]
    pub progress: Option<PathBuf>,

    /// Neither read nor save progress
    #[arg(long, global = true, conflicts_with = "progress")]
    pub no_progress: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a lesson where you left off
    Learn {
        /// The name or number of a lesson, optionally with a step (hashes, 5, hashes/one-field), or the path of a lesson file (geo.toml, geo.toml/near)
        #[arg(value_name = "LESSON[/STEP]")]
        lesson: Option<String>,
        /// Reload the lesson file whenever it is saved, at the same step
        #[arg(long)]
        watch: bool,
    },
    /// Open a prompt without a lesson
    Play,
    /// Run a script statement by statement, and print a transcript
    Run {
        /// Print one JSON object for each statement
        #[arg(long, conflicts_with = "cli")]
        json: bool,
        /// The script consists of redis-cli lines
        #[arg(long)]
        cli: bool,
        /// Write the transcript as a picture to this file; - is standard output
        #[arg(long, value_name = "FILE.svg", conflicts_with_all = ["json", "cli"])]
        svg: Option<PathBuf>,
        /// The script; - is standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// List the lessons, with your progress
    #[command(alias = "list")]
    Lessons,
    /// Skip what you know: one task for each lesson. A lesson whose task you do without help counts as done
    FastTrack,
    /// Practise: short tasks from steps that you have done, when they are due
    Review,
    /// Print what finished lessons taught, as Markdown: commands with an example each, and what to remember
    Sheet {
        /// The name or number of a lesson; without it, all finished lessons
        lesson: Option<String>,
    },
    /// Serve the embedded Redis to real clients, such as redis-cli or redis-py
    Serve(Serve),
    /// Describe this computer for a bug report, and tell whether everything that protects it from code in lessons is in place
    Doctor,
    /// Print the licence of this program, and those of everything by other people in it
    Licenses,
    /// Print the completion script for a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page in the format of man
    Man {
        /// Print the page of this command
        command: Option<String>,
    },
    /// Check lessons: every answer passes, however it is worded; every mistake gets its text, or a word
    Check {
        /// Type only what the lessons contain, and no variations of their answers
        #[arg(long)]
        quick: bool,
        /// Also play the tries of learners in this file, one JSON object a line: {"step": "LESSON/STEP", "right": true, "input": "…"}
        #[arg(long, value_name = "FILE")]
        tries: Vec<PathBuf>,
        /// Lesson files, or folders of lesson files; without them, the built-in lessons
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Print a lesson as learners will see it, with its mistakes and its hints
    Transcript {
        /// The lesson file
        file: PathBuf,
        /// Number of columns of the transcript
        #[arg(long, value_name = "COLUMNS", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=10_000))]
        width: Option<usize>,
    },
    /// Write a lesson to start from, which passes `check`
    New {
        /// The file to write: 120-time-series.toml creates the lesson time-series
        path: PathBuf,
    },
}

/// The maximum value of the Redis parameters `timeout`, `tcp-keepalive` and `tcp-backlog`.
const MAX_INTEGER: i64 = i32::MAX as i64;

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The address to listen on; an address that other machines can reach needs a password
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// The port to listen on; 0 picks a free port
    #[arg(long, default_value_t = 6379)]
    pub port: u16,
    /// The password that clients send with AUTH. Other users of this machine can see it in the list of processes: better use --password-file, or the environment variable REDIS_TUTOR_PASSWORD
    #[arg(long, value_name = "WORD")]
    pub password: Option<String>,
    /// Read the password from this file, which contains nothing else; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "password")]
    pub password_file: Option<PathBuf>,
    /// Disconnect clients that have been idle for this number of seconds; 0 keeps them
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=MAX_INTEGER))]
    pub timeout: u32,
    /// Check after this number of idle seconds whether a client is still there; 0 never checks
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(..=MAX_INTEGER))]
    pub tcp_keepalive: u32,
    /// How many connections may wait to be accepted
    #[arg(long, value_name = "N", default_value_t = 511, value_parser = clap::value_parser!(u32).range(1..=MAX_INTEGER))]
    pub tcp_backlog: u32,
    /// Which clients may send DEBUG: none, those on this machine, or all
    #[arg(long = "enable-debug-command", value_name = "WHO", default_value = "local")]
    pub debug: DebugChoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DebugChoice {
    No,
    Local,
    Yes,
}

impl From<DebugChoice> for DebugAccess {
    fn from(choice: DebugChoice) -> Self {
        match choice {
            DebugChoice::No => DebugAccess::No,
            DebugChoice::Local => DebugAccess::Local,
            DebugChoice::Yes => DebugAccess::Yes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeChoice {
    /// Dark or light if the terminal reports its background (COLORFGBG), else the terminal's own colours
    Auto,
    /// The sixteen colours of the terminal
    Terminal,
    Dark,
    Light,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyBindings {
    Emacs,
    Vi,
}

impl From<KeyBindings> for rustyline::EditMode {
    fn from(bindings: KeyBindings) -> Self {
        match bindings {
            KeyBindings::Emacs => rustyline::EditMode::Emacs,
            KeyBindings::Vi => rustyline::EditMode::Vi,
        }
    }
}
