//! The picture of a sorted set of places: a map with a letter for each member, and a list of their positions.

use super::{change_mark, change_role, more_line, truncate_label};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, pad_end};
use crate::messages::render as messages;
use crate::session::picture::{Change, Map, MapPlace, Piece};

/// The maximum size of the map, in columns and rows.
const MAX_SIZE: (usize, usize) = (60, 15);

/// The maximum width of the column of members.
const MAX_MEMBER: usize = 30;

/// The letters of members, in order.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The letter where several members are in the same cell of the map.
const SEVERAL: char = '*';

pub(super) fn layout(map: &Map, style: Style) -> Vec<Line> {
    let letters = letters(map);
    let mut lines = layout_grid(map, &letters, style);
    let shown = || letters.iter().filter_map(|(piece, _)| part(piece));
    let member =
        shown().map(|place| place.label.text.width()).max().unwrap_or(0).clamp(6, MAX_MEMBER.min(style.width / 3));
    for (piece, letter) in &letters {
        let place = match piece {
            Piece::Part(place) => place,
            Piece::More(count) => {
                lines.push(more_line(&messages::more_parts(count), style));
                continue;
            }
        };
        let role = change_role(&place.change);
        let name_role = if place.change == Change::Same { Role::Code } else { role };
        lines.push(vec![
            Span::new(role, format!(" {} {letter}  ", change_mark(&place.change))),
            Span::new(name_role, pad_end(&truncate_label(&place.label, member, style), member)),
            Span::new(role, format!("  {}", place.shown_position)),
        ]);
        if let Change::ChangedFrom(old) = &place.change {
            lines.push(vec![Span::new(
                Role::Changed,
                format!("{}{}", " ".repeat(member + 8), messages::was(&old.text)),
            )]);
        }
    }
    lines
}

fn part(piece: &Piece<MapPlace>) -> Option<&MapPlace> {
    super::shown_part(piece)
}

/// Returns the pieces of a map, each with the letter of its place, or a space if it has none.
fn letters(map: &Map) -> Vec<(&Piece<MapPlace>, char)> {
    let mut letters = LETTERS.iter().map(|&letter| char::from(letter));
    let mut letter_of = |piece| match part(piece) {
        Some(place) if place.change != Change::Gone => letters.next().unwrap_or(' '),
        _ => ' ',
    };
    map.places.iter().map(|piece| (piece, letter_of(piece))).collect()
}

/// The part of Earth that a map shows, and the number of its columns and rows.
struct Grid {
    west: f64,
    north: f64,
    /// The size in degrees.
    size: (f64, f64),
    columns: usize,
    rows: usize,
}

impl Grid {
    /// Returns a grid that contains all members. Its cells are about as wide as high on Earth, where a cell of the
    /// terminal is twice as high as wide.
    fn around(positions: &[(f64, f64)], style: Style) -> Self {
        let range = |of: fn(&(f64, f64)) -> f64| {
            let values = || positions.iter().map(of);
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
        };
        let ((west, east), (south, north)) = (range(|position| position.0), range(|position| position.1));
        let columns = style.width.saturating_sub(14).clamp(10, MAX_SIZE.0);
        let (width, height) = (east - west, north - south);
        let narrowing = f64::midpoint(south, north).to_radians().cos();
        let rows = if width > 0.0 { height / (width * narrowing) * columns as f64 / 2.0 } else { 1.0 };
        let rows = if height > 0.0 { (rows.round() as usize).clamp(3, MAX_SIZE.1) } else { 1 };
        Grid { west, north, size: (width, height), columns, rows }
    }

    /// Returns the column and the row of a position.
    fn cell(&self, (longitude, latitude): (f64, f64)) -> (usize, usize) {
        let index = |offset: f64, size: f64, cells: usize| {
            let share = if size > 0.0 { offset / size } else { 0.5 };
            (share * (cells - 1) as f64).round() as usize
        };
        (index(longitude - self.west, self.size.0, self.columns), index(self.north - latitude, self.size.1, self.rows))
    }
}

fn layout_grid(map: &Map, letters: &[(&Piece<MapPlace>, char)], style: Style) -> Vec<Line> {
    let grid = Grid::around(&map.positions, style);
    let mut cells = vec![vec![' '; grid.columns]; grid.rows];
    for &position in &map.positions {
        let (column, row) = grid.cell(position);
        cells[row][column] = if style.ascii { '.' } else { '·' };
    }
    for (place, letter) in letters.iter().filter_map(|(piece, letter)| Some((part(piece)?, *letter))) {
        if place.change == Change::Gone {
            continue;
        }
        let (column, row) = grid.cell(place.position);
        let cell = &mut cells[row][column];
        *cell = if cell.is_ascii_alphabetic() || *cell == SEVERAL { SEVERAL } else { letter };
    }
    let [horizontal, vertical] = if style.ascii { ["-", "|"] } else { ["─", "│"] };
    let edge = |left: &str, right: &str| {
        vec![Span::new(Role::Muted, format!(" {left}{}{right}", horizontal.repeat(grid.columns)))]
    };
    let side = |latitude: f64| format!(" {:.2} {}", latitude.abs(), if latitude < 0.0 { 'S' } else { 'N' });
    let mut lines = vec![edge(style.choose("┌", "+"), style.choose("┐", "+"))];
    let last = grid.rows - 1;
    for (index, row) in cells.iter().enumerate() {
        let label = match index {
            0 => side(grid.north),
            _ if index == last => side(grid.north - grid.size.1),
            _ => String::new(),
        };
        lines.push(vec![
            Span::new(Role::Muted, format!(" {vertical}")),
            Span::new(Role::Reply, row.iter().collect::<String>()),
            Span::new(Role::Muted, format!("{vertical}{label}")),
        ]);
    }
    lines.push(edge(style.choose("└", "+"), style.choose("┘", "+")));
    let meridian = |longitude: f64| format!("{:.2} {}", longitude.abs(), if longitude < 0.0 { 'W' } else { 'E' });
    let (west, east) = (meridian(grid.west), meridian(grid.west + grid.size.0));
    let gap = (grid.columns + 2).saturating_sub(west.len() + east.len()).max(1);
    let labels = if grid.size.0 > 0.0 { format!(" {west}{}{east}", " ".repeat(gap)) } else { format!(" {west}") };
    lines.push(vec![Span::new(Role::Muted, labels)]);
    if cells.iter().flatten().any(|&cell| cell == SEVERAL) {
        lines.push(vec![Span::new(Role::Muted, format!(" {}", messages::several_places(SEVERAL)))]);
    }
    lines
}
