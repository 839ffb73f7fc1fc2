//! Which colours standard output gets: by the options, and by what the environment tells of the terminal.

use super::args::{Arguments, Colour, Shades};
use crate::render::theme::{Background, Depth, Theme};

/// What the environment says. A variable that is empty says nothing.
struct Environment<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// How many colours there are beside the sixteen; none: no others.
    fn depth(&self) -> Option<Depth> {
        if self.get("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit")) {
            return Some(Depth::True);
        }
        let term = self.get("TERM").unwrap_or_default();
        (term.contains("256color") || term.contains("direct")).then_some(Depth::Indexed)
    }

    /// The background, as some terminals tell it: `15;0`, or `15;default;0`; 7 and what is above 8 are light.
    fn background(&self) -> Option<Background> {
        let told = self.get("COLORFGBG")?;
        let number: u8 = told.rsplit(';').next()?.parse().ok()?;
        Some(if matches!(number, 7 | 9..=15) { Background::Light } else { Background::Dark })
    }
}

impl Arguments {
    /// The theme for standard output.
    pub fn theme(&self, is_terminal: bool) -> Theme {
        theme(self.color, self.theme, is_terminal, &Environment(&|name| std::env::var(name).ok()))
    }
}

fn theme(colour: Colour, shades: Shades, is_terminal: bool, environment: &Environment<'_>) -> Theme {
    let is_dumb = environment.get("TERM").is_some_and(|term| term == "dumb");
    let is_forced = environment.get("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let is_coloured = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if environment.get("NO_COLOR").is_some() => false,
        Colour::Auto => is_forced || (is_terminal && !is_dumb),
    };
    let depth = environment.depth();
    match (is_coloured, shades) {
        (false, _) => Theme::Plain,
        (true, Shades::Terminal) => Theme::Colours,
        (true, Shades::Dark) => Theme::Shades(Background::Dark, depth.unwrap_or(Depth::Indexed)),
        (true, Shades::Light) => Theme::Shades(Background::Light, depth.unwrap_or(Depth::Indexed)),
        (true, Shades::Auto) => match (environment.background(), depth) {
            (Some(background), Some(depth)) => Theme::Shades(background, depth),
            (None, _) | (_, None) => Theme::Colours,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_heeded() {
        let dark = Theme::Shades(Background::Dark, Depth::True);
        let light = Theme::Shades(Background::Light, Depth::Indexed);
        type Case<'a> = (Colour, Shades, bool, &'a [(&'a str, &'a str)], Theme);
        let cases: [Case<'_>; 14] = [
            (Colour::Auto, Shades::Auto, true, &[("TERM", "xterm")], Theme::Colours),
            (Colour::Auto, Shades::Auto, false, &[("TERM", "xterm")], Theme::Plain),
            (Colour::Auto, Shades::Auto, true, &[("TERM", "dumb")], Theme::Plain),
            (Colour::Auto, Shades::Auto, true, &[("NO_COLOR", "1")], Theme::Plain),
            (Colour::Auto, Shades::Auto, true, &[("NO_COLOR", "")], Theme::Colours),
            (Colour::Auto, Shades::Auto, false, &[("CLICOLOR_FORCE", "1")], Theme::Colours),
            (Colour::Auto, Shades::Auto, false, &[("CLICOLOR_FORCE", "0")], Theme::Plain),
            (Colour::Auto, Shades::Auto, false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], Theme::Plain),
            (Colour::Always, Shades::Auto, false, &[("NO_COLOR", "1")], Theme::Colours),
            (Colour::Never, Shades::Dark, true, &[], Theme::Plain),
            (Colour::Auto, Shades::Dark, true, &[("COLORTERM", "truecolor")], dark),
            (Colour::Auto, Shades::Light, true, &[("TERM", "xterm")], light),
            (Colour::Auto, Shades::Auto, true, &[("COLORFGBG", "15;default;0"), ("COLORTERM", "24bit")], dark),
            (Colour::Auto, Shades::Auto, true, &[("COLORFGBG", "0;15"), ("TERM", "xterm-256color")], light),
        ];
        for (colour, shades, is_terminal, variables, expected) in cases {
            let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(theme(colour, shades, is_terminal, &Environment(&get)), expected, "{shades:?} {variables:?}");
        }
    }
}
