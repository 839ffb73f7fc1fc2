//! The colours of roles. No other module uses colours. Colour is never the only indication of a role.
//!
//! There are seven hues, each with one shade for dark backgrounds and one for light backgrounds. They are chosen so
//! that people with red-green colour blindness can distinguish the roles for done, missed and error. Tests check this
//! and the contrast.
//!
//! This module adds escape sequences to text. It also neutralises escape sequences that the text already contains.

use nu_ansi_term::{Color, Style};

use crate::markup::{Role, visible, without_hidden};

/// The kind of a token on the input line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Keyword,
    String,
    Number,
    Comment,
    /// The name of a command.
    Command,
    /// Text that cannot be valid. It is shown in the colour of errors.
    Wrong,
    /// The bracket at the cursor, or its matching bracket.
    Match,
    Prompt,
    /// The suggested continuation of the line.
    Hint,
    /// The parameter that is currently being typed, within a hint.
    Current,
}

/// The colours of roles and tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The theme without colours.
    Plain,
    /// The terminal's sixteen colours. Users configure them to be readable on their background.
    Colours,
    /// Colours with fixed RGB values, which this module defines.
    Shades(Background, Depth),
}

/// The brightness of the terminal's background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    Dark,
    Light,
}

/// The range of colours that a terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The terminal supports 256 colours. The last 240 of them are the same on all terminals.
    Indexed,
    /// The terminal supports all RGB colours.
    True,
}

type Rgb = (u8, u8, u8);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hue {
    Red,
    Yellow,
    Green,
    Cyan,
    Blue,
    Magenta,
    Grey,
}

/// All hues that the theme with fixed colours uses.
const HUES: [Hue; 7] = [Hue::Red, Hue::Yellow, Hue::Green, Hue::Cyan, Hue::Blue, Hue::Magenta, Hue::Grey];

impl Hue {
    fn shade(self, background: Background) -> Rgb {
        match (self, background) {
            (Hue::Red, Background::Dark) => (0xff, 0x8f, 0x6b),
            (Hue::Yellow, Background::Dark) => (0xf0, 0xe4, 0x42),
            (Hue::Green, Background::Dark) => (0x3d, 0xd6, 0xa3),
            (Hue::Cyan, Background::Dark) => (0x6c, 0xc4, 0xf2),
            (Hue::Blue, Background::Dark) => (0x9a, 0xb8, 0xff),
            (Hue::Magenta, Background::Dark) => (0xf0, 0xa3, 0xe0),
            (Hue::Grey, Background::Dark) => (0xa3, 0xab, 0xb2),
            (Hue::Red, Background::Light) => (0xa8, 0x2a, 0x00),
            (Hue::Yellow, Background::Light) => (0x80, 0x58, 0x00),
            (Hue::Green, Background::Light) => (0x00, 0x66, 0x4f),
            (Hue::Cyan, Background::Light) => (0x00, 0x60, 0x8c),
            (Hue::Blue, Background::Light) => (0x2b, 0x4c, 0xb3),
            (Hue::Magenta, Background::Light) => (0x9b, 0x1f, 0x8a),
            (Hue::Grey, Background::Light) => (0x5a, 0x62, 0x6a),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Hue::Red => "red",
            Hue::Yellow => "yellow",
            Hue::Green => "green",
            Hue::Cyan => "cyan",
            Hue::Blue => "blue",
            Hue::Magenta => "magenta",
            Hue::Grey => "grey",
        }
    }
}

/// The appearance of a role or token, independent of the terminal's colours.
#[derive(Debug, Clone, Copy, Default)]
struct Appearance {
    hue: Option<Hue>,
    bold: bool,
    italic: bool,
    underlined: bool,
}

impl Appearance {
    const fn coloured(hue: Hue) -> Self {
        Appearance { hue: Some(hue), ..Appearance::PLAIN }
    }

    const PLAIN: Appearance = Appearance { hue: None, bold: false, italic: false, underlined: false };
    const BOLD: Appearance = Appearance { bold: true, ..Appearance::PLAIN };

    const fn bold(self) -> Self {
        Appearance { bold: true, ..self }
    }

    fn is_plain(self) -> bool {
        self.hue.is_none() && !self.bold && !self.italic && !self.underlined
    }
}

fn role_appearance(role: Role) -> Appearance {
    match role {
        Role::Plain | Role::Reply => Appearance::PLAIN,
        Role::Strong | Role::Task => Appearance::BOLD,
        Role::Emphasis => Appearance { italic: true, ..Appearance::PLAIN },
        Role::Code => Appearance::coloured(Hue::Cyan),
        Role::Prompt => Appearance::coloured(Hue::Blue).bold(),
        Role::Error => Appearance::coloured(Hue::Red),
        Role::Hint => Appearance::coloured(Hue::Yellow),
        Role::Done => Appearance::coloured(Hue::Green),
        Role::Miss | Role::Removed => Appearance::coloured(Hue::Magenta),
        Role::Title => Appearance { underlined: true, ..Appearance::BOLD },
        Role::Muted => Appearance::coloured(Hue::Grey),
        Role::Added => Appearance::coloured(Hue::Green).bold(),
        Role::Changed => Appearance::coloured(Hue::Yellow).bold(),
        Role::Bar => Appearance::coloured(Hue::Blue),
    }
}

fn token_appearance(token: Token) -> Appearance {
    match token {
        Token::Keyword => Appearance::coloured(Hue::Magenta),
        Token::String => Appearance::coloured(Hue::Green),
        Token::Number => Appearance::coloured(Hue::Cyan),
        Token::Comment | Token::Hint => Appearance::coloured(Hue::Grey),
        Token::Command => Appearance::coloured(Hue::Cyan).bold(),
        Token::Wrong => Appearance::coloured(Hue::Red),
        Token::Current => Appearance { underlined: true, ..Appearance::coloured(Hue::Grey) },
        Token::Match => Appearance { underlined: true, ..Appearance::BOLD },
        Token::Prompt => Appearance::coloured(Hue::Blue).bold(),
    }
}

impl Theme {
    /// Adds the escape sequences for a role's colour to text on one line. Hidden characters in the text, including line
    /// breaks and tabs, are replaced by visible escapes.
    pub fn paint(self, role: Role, text: &str) -> String {
        self.paint_appearance(role_appearance(role), &visible(text))
    }

    /// Adds the escape sequences for a token's colour to part of the input line. Hidden characters are removed rather
    /// than shown as escapes, because the line editor has already counted the columns of the line.
    pub fn paint_token(self, token: Token, text: &str) -> String {
        self.paint_appearance(token_appearance(token), &without_hidden(text))
    }

    fn paint_appearance(self, appearance: Appearance, text: &str) -> String {
        if self == Theme::Plain || text.is_empty() || appearance.is_plain() {
            return text.to_owned();
        }
        let mut style = Style::new();
        style.is_bold = appearance.bold;
        style.is_italic = appearance.italic;
        style.is_underline = appearance.underlined;
        style = match appearance.hue {
            None => style,
            Some(hue) => self.with_hue(style, hue),
        };
        style.paint(text).to_string()
    }

    fn with_hue(self, style: Style, hue: Hue) -> Style {
        match (self, hue) {
            (Theme::Plain, _) => style,
            (Theme::Shades(background, Depth::True), _) => {
                let (r, g, b) = hue.shade(background);
                style.fg(Color::Rgb(r, g, b))
            }
            (Theme::Shades(background, Depth::Indexed), _) => {
                style.fg(Color::Fixed(nearest_index(hue.shade(background))))
            }
            (Theme::Colours, Hue::Red) => style.fg(Color::Red),
            (Theme::Colours, Hue::Yellow) => style.fg(Color::Yellow),
            (Theme::Colours, Hue::Green) => style.fg(Color::Green),
            (Theme::Colours, Hue::Cyan) => style.fg(Color::Cyan),
            (Theme::Colours, Hue::Blue) => style.fg(Color::Blue),
            (Theme::Colours, Hue::Magenta) => style.fg(Color::Magenta),
            // None of the sixteen colours is grey on all terminals, but dimmed text suits both backgrounds.
            (Theme::Colours, Hue::Grey) => style.dimmed(),
        }
    }
}

/// The values that red, green and blue can have in the 6×6×6 colour cube, which occupies the palette indices 16 to 231.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Returns the palette index of the nearest colour in the cube. Colours 0 to 15 are not used, because users configure
/// them.
fn nearest_index((r, g, b): Rgb) -> u8 {
    let nearest = |value: u8| (0..6_u8).min_by_key(|&step| CUBE[usize::from(step)].abs_diff(value)).unwrap_or(0);
    16 + 36 * nearest(r) + 6 * nearest(g) + nearest(b)
}

/// Returns the CSS classes for a role, or an empty string for plain text.
pub fn class(role: Role) -> String {
    let appearance = role_appearance(role);
    let parts = [
        appearance.hue.map(Hue::class),
        appearance.bold.then_some("bold"),
        appearance.italic.then_some("italic"),
        appearance.underlined.then_some("underlined"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Returns the style sheet for the CSS classes that `class` returns. The background is dark, or light if the viewer
/// prefers a light background.
pub fn style_sheet() -> String {
    let colours = |background: Background| {
        let (paper, ink) = match background {
            Background::Dark => ("#1b1d21", "#e6e6e6"),
            Background::Light => ("#ffffff", "#1f2328"),
        };
        let shades: String = HUES
            .iter()
            .map(|hue| {
                let (r, g, b) = hue.shade(background);
                format!(".{}{{fill:#{r:02x}{g:02x}{b:02x}}}", hue.class())
            })
            .collect();
        format!(".paper{{fill:{paper}}}text{{fill:{ink}}}{shades}")
    };
    format!(
        "{}.bold{{font-weight:bold}}.italic{{font-style:italic}}.underlined{{text-decoration:underline}}\
         @media(prefers-color-scheme:light){{{}}}",
        colours(Background::Dark),
        colours(Background::Light)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Converts an sRGB colour to linear light.
    fn linear((r, g, b): Rgb) -> [f64; 3] {
        [r, g, b].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Returns the contrast ratio of two colours as WCAG defines it.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let light = |colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Returns the colour of a palette index within the cube.
    fn cube_colour(index: u8) -> Rgb {
        let index = index - 16;
        (CUBE[usize::from(index / 36)], CUBE[usize::from(index / 6 % 6)], CUBE[usize::from(index % 6)])
    }

    #[test]
    fn every_hue_has_enough_contrast_on_common_backgrounds() {
        let papers = [
            (Background::Dark, [(0, 0, 0), (0x1e, 0x1e, 0x1e), (0x00, 0x2b, 0x36)]),
            (Background::Light, [(255, 255, 255), (0xfd, 0xf6, 0xe3), (0xee, 0xee, 0xee)]),
        ];
        for (background, papers) in papers {
            for hue in HUES {
                let shade = hue.shade(background);
                for paper in papers {
                    for colour in [shade, cube_colour(nearest_index(shade))] {
                        let contrast = contrast(colour, paper);
                        assert!(contrast >= 4.5, "{hue:?} {colour:x?} on {paper:x?}: {contrast:.1}");
                    }
                }
            }
        }
    }

    /// Returns a colour as people without long-wave or without middle-wave cones perceive it (Viénot, Brettel and
    /// Mollon 1999). The result has one value for red and green together and one for blue, with a screen's gamma
    /// correction.
    fn colour_blind_view(colour: Rgb, red: f64, blue_of_red: f64) -> [f64; 2] {
        let [r, g, b] = linear(colour);
        [red * r + (1.0 - red) * g, blue_of_red * (r - g) + b].map(|part| part.max(0.0).powf(1.0 / 2.2) * 255.0)
    }

    #[test]
    fn feedback_colours_differ_for_the_colour_blind() {
        for background in [Background::Dark, Background::Light] {
            for (a, b) in [(Hue::Green, Hue::Red), (Hue::Green, Hue::Magenta), (Hue::Red, Hue::Magenta)] {
                for (red, blue_of_red) in [(0.112_38, 0.004_01), (0.292_75, -0.022_34)] {
                    let [a1, a2] = colour_blind_view(a.shade(background), red, blue_of_red);
                    let [b1, b2] = colour_blind_view(b.shade(background), red, blue_of_red);
                    let distance = (a1 - b1).hypot(a2 - b2);
                    assert!(distance >= 40.0, "{a:?} and {b:?} on {background:?}: {distance:.0}");
                }
            }
        }
    }

    #[test]
    fn each_depth_has_its_escape_sequences_and_plain_has_none() {
        let shades = |depth| Theme::Shades(Background::Dark, depth).paint(Role::Done, "x");
        assert_eq!(shades(Depth::True), "\x1b[38;2;61;214;163mx\x1b[0m");
        assert_eq!(shades(Depth::Indexed), "\x1b[38;5;79mx\x1b[0m");
        assert_eq!(Theme::Colours.paint(Role::Done, "x"), "\x1b[32mx\x1b[0m");
        assert_eq!(Theme::Plain.paint(Role::Done, "x"), "x");
        assert_eq!(Theme::Colours.paint(Role::Reply, "x"), "x");
    }
}
