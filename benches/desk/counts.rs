//! The numbers of the tabs beside `count(*)`.

use crate::Anyhow;
use crate::client::Connection;
use crate::ground::Ground;
use crate::program::Program;

/// Of each tab what the page shows and what is there.
pub fn shown_and_there(ground: &mut Ground, program: &Program) -> Anyhow<Vec<(String, i64, i64)>> {
    let session = program.sign_in(4)?;
    let mut connection = Connection::open(program.address)?;
    let shown = on_page(&connection.get("/admin/developers", &session)?.expect(200)?.text());
    let counted = ground.counts()?;
    if shown.len() != counted.len() {
        return Err(format!("the page shows {} counts", shown.len()).into());
    }
    Ok(counted.into_iter().zip(shown).map(|((status, counted), shown)| (status, shown, counted)).collect())
}

/// As a page shows them.
fn on_page(page: &str) -> Vec<i64> {
    page.split("<span class=\"count\">")
        .skip(1)
        .filter_map(|rest| rest.split_once('<')?.0.replace(',', "").parse().ok())
        .collect()
}
