//! A figure beside its goal.

pub fn at_least(what: &str, figure: Result<f64, &str>, goal: f64) {
    match figure {
        Ok(figure) => println!("{}  {what}: {figure:.2} (at least {goal})", verdict(figure >= goal)),
        Err(why) => println!("?       {what}: {why}"),
    }
}

pub fn at_most(what: &str, figure: f64, goal: f64) {
    println!("{}  {what}: {figure:.1} (at most {goal})", verdict(figure <= goal));
}

pub fn verdict(is_met: bool) -> &'static str {
    if is_met { "met   " } else { "MISSED" }
}
