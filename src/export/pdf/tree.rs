//! The structure tree while it is laid out: what is a heading, a list, a cell.
//!
//! Leaves are numbered where the text is laid, and get their identifiers where it is drawn.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, Node, Tag, TagGroup, TagKind, TagTree};

/// Number of a group.
pub(super) type Group = usize;
/// Number of a piece of content.
pub(super) type Leaf = usize;

enum Child {
    Group(Group),
    Leaf(Leaf),
}

struct Branch {
    tag: TagKind,
    children: Vec<Child>,
}

/// The tree; group 0 is the whole document.
pub(super) struct Tree {
    groups: Vec<Option<Branch>>,
    leaves: usize,
}

impl Tree {
    pub(super) const ROOT: Group = 0;

    pub(super) fn new() -> Self {
        let root = Branch { tag: Tag::Part.into(), children: Vec::new() };
        Self { groups: vec![Some(root)], leaves: 0 }
    }

    /// A new group at the end of another.
    pub(super) fn group(&mut self, parent: Group, tag: impl Into<TagKind>) -> Group {
        let number = self.groups.len();
        self.groups.push(Some(Branch { tag: tag.into(), children: Vec::new() }));
        self.add(parent, Child::Group(number));
        number
    }

    /// A heading of level 1 to 6.
    pub(super) fn heading(&mut self, parent: Group, level: u16, text: &str) -> Group {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        self.group(parent, Tag::Hn(level, Some(text.to_owned())))
    }

    /// Content at the end of a group.
    pub(super) fn leaf(&mut self, parent: Group) -> Leaf {
        let number = self.leaves;
        self.leaves += 1;
        self.add(parent, Child::Leaf(number));
        number
    }

    fn add(&mut self, parent: Group, child: Child) {
        if let Some(Some(branch)) = self.groups.get_mut(parent) {
            branch.children.push(child);
        }
    }

    /// How many leaves there are.
    pub(super) fn leaves(&self) -> usize {
        self.leaves
    }

    /// The finished tree, with the identifier of each leaf.
    pub(super) fn finish(mut self, drawn: &mut [Option<Identifier>]) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some("da-DK".to_owned()));
        if let Some(root) = self.take(Self::ROOT, drawn) {
            tree.push(root);
        }
        tree
    }

    fn take(&mut self, group: Group, drawn: &mut [Option<Identifier>]) -> Option<TagGroup> {
        let branch = self.groups.get_mut(group)?.take()?;
        let mut nodes: Vec<Node> = Vec::with_capacity(branch.children.len());
        for child in branch.children {
            match child {
                Child::Group(number) => {
                    nodes.extend(self.take(number, drawn).map(Node::from));
                }
                Child::Leaf(number) => {
                    nodes.extend(drawn.get_mut(number).and_then(Option::take).map(Node::from));
                }
            }
        }
        Some(TagGroup::with_children(branch.tag, nodes))
    }
}
