-- What must hold of notes.

-- name: a_note_an_order — Every order has a note.
FROM orders ANTI JOIN (FROM notes WHERE about = 'order') AS noted ON order_id = about_id;
