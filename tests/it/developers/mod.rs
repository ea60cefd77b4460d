mod list;
mod transition;
