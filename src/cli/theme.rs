//! Determines the theme of standard output from the options and the environment.

use super::args::{Arguments, ColourChoice, ThemeChoice};
use crate::render::theme::{Background, Depth, Theme};
use crate::shell::cannot_redraw;

/// The environment: a function that looks up a variable. An empty variable counts as unset.
struct Environment<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// Returns the terminal's colour depth, or `None` if only sixteen colours can be assumed.
    fn depth(&self) -> Option<Depth> {
        if self.get("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit")) {
            return Some(Depth::True);
        }
        let term = self.get("TERM").unwrap_or_default();
        (term.contains("256color") || term.contains("direct")).then_some(Depth::Indexed)
    }

    /// Returns whether the terminal's background is dark or light, or `None` if that is unknown. Some terminals report
    /// it in `COLORFGBG`, as the last number of `15;0` or `15;default;0`. Colours 7 and 9 to 15 are light.
    fn background(&self) -> Option<Background> {
        let colours = self.get("COLORFGBG")?;
        let number: u8 = colours.rsplit(';').next()?.parse().ok()?;
        Some(if matches!(number, 7 | 9..=15) { Background::Light } else { Background::Dark })
    }
}

impl Arguments {
    /// Returns the theme for output. `is_terminal` tells whether the output goes to a terminal.
    pub fn theme(&self, is_terminal: bool) -> Theme {
        choose_theme(self.color, self.theme, is_terminal, &Environment(&|name| std::env::var(name).ok()))
    }
}

fn choose_theme(colour: ColourChoice, theme: ThemeChoice, is_terminal: bool, environment: &Environment<'_>) -> Theme {
    let is_dumb = environment.get("TERM").is_some_and(|term| cannot_redraw(&term));
    let is_forced = environment.get("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let is_coloured = match colour {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if environment.get("NO_COLOR").is_some() => false,
        ColourChoice::Auto => is_forced || (is_terminal && !is_dumb),
    };
    let depth = environment.depth();
    match (is_coloured, theme) {
        (false, _) => Theme::Plain,
        (true, ThemeChoice::Terminal) => Theme::Colours,
        (true, ThemeChoice::Dark) => Theme::Shades(Background::Dark, depth.unwrap_or(Depth::Indexed)),
        (true, ThemeChoice::Light) => Theme::Shades(Background::Light, depth.unwrap_or(Depth::Indexed)),
        (true, ThemeChoice::Auto) => match (environment.background(), depth) {
            (Some(background), Some(depth)) => Theme::Shades(background, depth),
            (None, _) | (_, None) => Theme::Colours,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_environment_choose_the_theme() {
        use ColourChoice::{Always, Auto, Never};
        let dark = Theme::Shades(Background::Dark, Depth::True);
        let light = Theme::Shades(Background::Light, Depth::Indexed);
        type Case<'a> = (ColourChoice, ThemeChoice, bool, &'a [(&'a str, &'a str)], Theme);
        let cases: [Case<'_>; 16] = [
            (Auto, ThemeChoice::Auto, true, &[("TERM", "xterm")], Theme::Colours),
            (Auto, ThemeChoice::Auto, false, &[("TERM", "xterm")], Theme::Plain),
            (Auto, ThemeChoice::Auto, true, &[("TERM", "dumb")], Theme::Plain),
            (Auto, ThemeChoice::Auto, true, &[("TERM", "Dumb")], Theme::Plain),
            (Auto, ThemeChoice::Auto, true, &[("TERM", "emacs")], Theme::Plain),
            (Auto, ThemeChoice::Auto, true, &[("NO_COLOR", "1")], Theme::Plain),
            (Auto, ThemeChoice::Auto, true, &[("NO_COLOR", "")], Theme::Colours),
            (Auto, ThemeChoice::Auto, false, &[("CLICOLOR_FORCE", "1")], Theme::Colours),
            (Auto, ThemeChoice::Auto, false, &[("CLICOLOR_FORCE", "0")], Theme::Plain),
            (Auto, ThemeChoice::Auto, false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], Theme::Plain),
            (Always, ThemeChoice::Auto, false, &[("NO_COLOR", "1")], Theme::Colours),
            (Never, ThemeChoice::Dark, true, &[], Theme::Plain),
            (Auto, ThemeChoice::Dark, true, &[("COLORTERM", "truecolor")], dark),
            (Auto, ThemeChoice::Light, true, &[("TERM", "xterm")], light),
            (Auto, ThemeChoice::Auto, true, &[("COLORFGBG", "15;default;0"), ("COLORTERM", "24bit")], dark),
            (Auto, ThemeChoice::Auto, true, &[("COLORFGBG", "0;15"), ("TERM", "xterm-256color")], light),
        ];
        for (colour, theme, is_terminal, variables, expected) in cases {
            let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
            let chosen = choose_theme(colour, theme, is_terminal, &Environment(&get));
            assert_eq!(chosen, expected, "{theme:?} {variables:?}");
        }
    }
}
