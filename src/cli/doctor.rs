//! `doctor`: prints the facts about this computer that a bug report needs, and which of the sandbox restrictions on
//! Python are in place.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use super::Error;
use super::args::Arguments;
use super::output::print_line;
use crate::driver::python_walls;
use crate::messages::cli as messages;
use crate::render::theme::{Background, Depth, Theme};
use crate::shell;
use crate::user_files::{UserFiles, reason, state_folder};
use python_kernel::frame::{Wall, Walls};
use redis_engine::Engine;
use redis_server::{Options, Server, now_us};

/// The environment variables that affect the choice of colours.
const COLOUR_VARIABLES: [&str; 5] = ["TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "CLICOLOR_FORCE"];

/// The environment variables that determine the text encoding. The first one that is set takes precedence.
const LOCALE_VARIABLES: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// Examines the computer and prints the findings. Returns the exit status: 0 if all sandbox restrictions are in place,
/// and 1 otherwise.
pub fn examine(arguments: &Arguments) -> Result<i32, Error> {
    let system = (std::env::consts::OS, std::env::consts::ARCH);
    print_line(&messages::version_and_platform(env!("CARGO_PKG_VERSION"), system.0, system.1))?;
    print_line("")?;
    print_line(&describe_terminal())?;
    print_line(&describe_colours(arguments.theme(io::stdout().is_terminal())))?;
    print_line(&describe_encoding(&|name| std::env::var(name).ok()))?;
    print_line(&describe_state_folder())?;
    print_line(&describe_port())?;
    let started = Instant::now();
    let walls = python_walls(&std::env::current_exe()?)?;
    print_line(&messages::python_answers(started.elapsed().as_millis()))?;
    print_line("")?;
    print_line(&messages::sandbox_heading())?;
    for wall in Wall::ALL {
        let line = if walls.contains(wall) { messages::wall_stands(wall) } else { messages::wall_missing(wall) };
        print_line(&line)?;
    }
    let is_complete = walls == Walls::ALL;
    print_line(&if is_complete { messages::sandbox_complete() } else { messages::sandbox_incomplete() })?;
    Ok(i32::from(!is_complete))
}

fn describe_terminal() -> String {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return messages::no_terminal();
    }
    match shell::terminal_size() {
        Some((columns, rows)) => messages::terminal_size(columns, rows),
        None => messages::terminal_size_unknown(),
    }
}

/// Describes the theme that sessions use, and lists the environment variables that influenced the choice.
fn describe_colours(theme: Theme) -> String {
    let variables = COLOUR_VARIABLES.iter().filter_map(|name| {
        let value = std::env::var_os(name)?;
        Some(format!("{name}={}", value.to_string_lossy()))
    });
    let variables = variables.collect::<Vec<_>>().join(" ");
    let colours = match theme {
        Theme::Plain => messages::no_colours(),
        Theme::Colours => messages::sixteen_colours(),
        Theme::Shades(background, depth) => {
            let background = match background {
                Background::Dark => messages::dark_background(),
                Background::Light => messages::light_background(),
            };
            match depth {
                Depth::Indexed => messages::indexed_shades(background),
                Depth::True => messages::true_shades(background),
            }
        }
    };
    match variables.is_empty() {
        true => messages::colours(colours),
        false => messages::colours_chosen_by(colours, variables),
    }
}

/// Describes the locale's text encoding. `variable` looks up an environment variable.
fn describe_encoding(variable: &dyn Fn(&str) -> Option<String>) -> String {
    let set = LOCALE_VARIABLES.iter().find_map(|name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some((*name, value))
    });
    match set {
        // The Windows console accepts Unicode in every locale.
        _ if cfg!(windows) => messages::utf8_always(),
        Some((name, value)) if names_utf8(&value) => messages::utf8_chosen_by(name, value),
        Some((name, value)) => messages::not_utf8_locale(name, value),
        None => messages::no_locale(),
    }
}

fn names_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn describe_state_folder() -> String {
    let Some(folder) = state_folder() else { return messages::no_state_folder() };
    let (files, path) = (UserFiles::default(), folder.display());
    match files.check_writable(&folder) {
        Ok(()) => messages::state_folder_writable(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => messages::state_folder_missing(path),
        Err(error) => messages::state_folder_not_writable(path, reason(&error)),
    }
}

/// Describes whether `serve` could listen on its default port. Closes the port again immediately.
fn describe_port() -> String {
    let options = Options::default();
    match Server::bind(&options, &mut Engine::new(0, now_us())) {
        Ok(_) => messages::port_free(options.port),
        Err(error) => messages::port_not_free(options.port, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(windows))]
    #[test]
    fn the_first_variable_of_the_locale_that_is_set_chooses_the_encoding() {
        let cases: [(&[(&str, &str)], String); 5] = [
            (&[], messages::no_locale()),
            (&[("LANG", "en_GB.UTF-8")], messages::utf8_chosen_by("LANG", "en_GB.UTF-8")),
            (&[("LC_ALL", ""), ("LANG", "C.utf8")], messages::utf8_chosen_by("LANG", "C.utf8")),
            (&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")], messages::not_utf8_locale("LC_ALL", "C")),
            (&[("LC_CTYPE", "de_DE"), ("LANG", "C.UTF-8")], messages::not_utf8_locale("LC_CTYPE", "de_DE")),
        ];
        for (variables, expected) in cases {
            let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(describe_encoding(&get), expected, "{variables:?}");
        }
    }
}
