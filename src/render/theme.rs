//! Colours: the one place that has them. A role's colour never carries its meaning alone.
//!
//! The hues are seven, chosen so that people who see red and green alike still tell done, missed and error apart; the
//! tests hold their contrast, and that. Each has a shade for dark and one for light backgrounds.

use nu_ansi_term::{Color, Style};

use crate::markup::Role;

/// What a piece of what is being typed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    Keyword,
    String,
    Number,
    Comment,
    /// The name of a command.
    Command,
    /// What can be nothing.
    Wrong,
    /// A bracket whose match is at the cursor, and that match.
    Match,
    Prompt,
    /// How what is typed could go on.
    Hint,
    /// What is being typed now, in a hint.
    Current,
}

/// What roles look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// No colours at all.
    Plain,
    /// The sixteen colours that every terminal lets its owner choose, so that they are readable on light and on dark.
    Colours,
    /// Shades of our own.
    Shades(Background, Depth),
}

/// What stands behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    Dark,
    Light,
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 256, of which the last 240 are the same everywhere.
    Indexed,
    /// Any.
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

/// All hues, for tests and style sheets.
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

/// How something looks, whatever the colours.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    hue: Option<Hue>,
    bold: bool,
    italic: bool,
    underlined: bool,
}

impl Look {
    const fn of(hue: Hue) -> Self {
        Look { hue: Some(hue), ..Look::PLAIN }
    }

    const PLAIN: Look = Look { hue: None, bold: false, italic: false, underlined: false };
    const BOLD: Look = Look { bold: true, ..Look::PLAIN };

    const fn bold(self) -> Self {
        Look { bold: true, ..self }
    }

    fn is_plain(self) -> bool {
        self.hue.is_none() && !self.bold && !self.italic && !self.underlined
    }
}

fn of_role(role: Role) -> Look {
    match role {
        Role::Plain | Role::Reply => Look::PLAIN,
        Role::Strong | Role::Task => Look::BOLD,
        Role::Emphasis => Look { italic: true, ..Look::PLAIN },
        Role::Code => Look::of(Hue::Cyan),
        Role::Prompt => Look::of(Hue::Blue).bold(),
        Role::Error => Look::of(Hue::Red),
        Role::Hint => Look::of(Hue::Yellow),
        Role::Done => Look::of(Hue::Green),
        Role::Miss | Role::Gone => Look::of(Hue::Magenta),
        Role::Title => Look { underlined: true, ..Look::BOLD },
        Role::Muted => Look::of(Hue::Grey),
        Role::Added => Look::of(Hue::Green).bold(),
        Role::Changed => Look::of(Hue::Yellow).bold(),
        Role::Bar => Look::of(Hue::Blue),
    }
}

fn of_piece(piece: Piece) -> Look {
    match piece {
        Piece::Keyword => Look::of(Hue::Magenta),
        Piece::String => Look::of(Hue::Green),
        Piece::Number => Look::of(Hue::Cyan),
        Piece::Comment | Piece::Hint => Look::of(Hue::Grey),
        Piece::Command => Look::of(Hue::Cyan).bold(),
        Piece::Wrong => Look::of(Hue::Red),
        Piece::Current => Look { underlined: true, ..Look::of(Hue::Grey) },
        Piece::Match => Look { underlined: true, ..Look::BOLD },
        Piece::Prompt => Look::of(Hue::Blue).bold(),
    }
}

impl Theme {
    /// The text in its role's colour.
    pub fn paint(self, role: Role, text: &str) -> String {
        self.painted(of_role(role), text)
    }

    /// A piece of what is being typed, in its colour.
    pub fn paint_piece(self, piece: Piece, text: &str) -> String {
        self.painted(of_piece(piece), text)
    }

    fn painted(self, look: Look, text: &str) -> String {
        if self == Theme::Plain || text.is_empty() || look.is_plain() {
            return text.to_owned();
        }
        let mut style = Style::new();
        style.is_bold = look.bold;
        style.is_italic = look.italic;
        style.is_underline = look.underlined;
        style = match look.hue {
            None => style,
            Some(hue) => self.coloured(style, hue),
        };
        style.paint(text).to_string()
    }

    fn coloured(self, style: Style, hue: Hue) -> Style {
        match (self, hue) {
            (Theme::Plain, _) => style,
            (Theme::Shades(background, Depth::True), _) => {
                let (r, g, b) = hue.shade(background);
                style.fg(Color::Rgb(r, g, b))
            }
            (Theme::Shades(background, Depth::Indexed), _) => style.fg(Color::Fixed(indexed(hue.shade(background)))),
            (Theme::Colours, Hue::Red) => style.fg(Color::Red),
            (Theme::Colours, Hue::Yellow) => style.fg(Color::Yellow),
            (Theme::Colours, Hue::Green) => style.fg(Color::Green),
            (Theme::Colours, Hue::Cyan) => style.fg(Color::Cyan),
            (Theme::Colours, Hue::Blue) => style.fg(Color::Blue),
            (Theme::Colours, Hue::Magenta) => style.fg(Color::Magenta),
            // None of the sixteen is grey for sure, and dimming fits both backgrounds.
            (Theme::Colours, Hue::Grey) => style.dimmed(),
        }
    }
}

/// The steps of the 6×6×6 cube in which a terminal keeps colours 16 to 231.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of the 256 colours, of those that no terminal lets its owner change.
fn indexed((r, g, b): Rgb) -> u8 {
    let nearest = |value: u8| (0..6_u8).min_by_key(|&step| CUBE[usize::from(step)].abs_diff(value)).unwrap_or(0);
    16 + 36 * nearest(r) + 6 * nearest(g) + nearest(b)
}

/// The class of a role in a style sheet, if it looks like anything.
pub fn class(role: Role) -> String {
    let look = of_role(role);
    let parts = [
        look.hue.map(Hue::class),
        look.bold.then_some("bold"),
        look.italic.then_some("italic"),
        look.underlined.then_some("underlined"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A style sheet for the classes: dark, and light where a reader prefers that.
pub fn style_sheet() -> String {
    let of = |background: Background| {
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
        of(Background::Dark),
        of(Background::Light)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A colour's parts in proportion to light.
    fn linear((r, g, b): Rgb) -> [f64; 3] {
        [r, g, b].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// WCAG's contrast of two colours.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let light = |colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The shades' 256-colour neighbours as they are shown.
    fn shown(index: u8) -> Rgb {
        let index = index - 16;
        (CUBE[usize::from(index / 36)], CUBE[usize::from(index / 6 % 6)], CUBE[usize::from(index % 6)])
    }

    #[test]
    fn every_hue_can_be_read_on_the_usual_backgrounds() {
        let papers = [
            (Background::Dark, [(0, 0, 0), (0x1e, 0x1e, 0x1e), (0x00, 0x2b, 0x36)]),
            (Background::Light, [(255, 255, 255), (0xfd, 0xf6, 0xe3), (0xee, 0xee, 0xee)]),
        ];
        for (background, papers) in papers {
            for hue in HUES {
                let shade = hue.shade(background);
                for paper in papers {
                    for colour in [shade, shown(indexed(shade))] {
                        let contrast = contrast(colour, paper);
                        assert!(contrast >= 4.5, "{hue:?} {colour:x?} on {paper:x?}: {contrast:.1}");
                    }
                }
            }
        }
    }

    /// What is left of a colour for who has no long-wave or no middle-wave cones (Viénot, Brettel and Mollon 1999): one
    /// value for red and green together, one for blue; as a screen would be given them.
    fn seen(colour: Rgb, red: f64, blue_of_red: f64) -> [f64; 2] {
        let [r, g, b] = linear(colour);
        [red * r + (1.0 - red) * g, blue_of_red * (r - g) + b].map(|part| part.max(0.0).powf(1.0 / 2.2) * 255.0)
    }

    #[test]
    fn what_is_judged_differs_for_the_colour_blind() {
        for background in [Background::Dark, Background::Light] {
            for (a, b) in [(Hue::Green, Hue::Red), (Hue::Green, Hue::Magenta), (Hue::Red, Hue::Magenta)] {
                for (red, blue_of_red) in [(0.112_38, 0.004_01), (0.292_75, -0.022_34)] {
                    let [a1, a2] = seen(a.shade(background), red, blue_of_red);
                    let [b1, b2] = seen(b.shade(background), red, blue_of_red);
                    let distance = (a1 - b1).hypot(a2 - b2);
                    assert!(distance >= 40.0, "{a:?} and {b:?} on {background:?}: {distance:.0}");
                }
            }
        }
    }

    #[test]
    fn depths_are_told_apart_and_plain_has_none() {
        let shades = |depth| Theme::Shades(Background::Dark, depth).paint(Role::Done, "x");
        assert_eq!(shades(Depth::True), "\x1b[38;2;61;214;163mx\x1b[0m");
        assert_eq!(shades(Depth::Indexed), "\x1b[38;5;79mx\x1b[0m");
        assert_eq!(Theme::Colours.paint(Role::Done, "x"), "\x1b[32mx\x1b[0m");
        assert_eq!(Theme::Plain.paint(Role::Done, "x"), "x");
        assert_eq!(Theme::Colours.paint(Role::Reply, "x"), "x");
    }
}
