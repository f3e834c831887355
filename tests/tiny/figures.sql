-- Numbers with their range.

-- name: mean_weight [15000 to 16000, error] — Mean weight of an order, in ten-thousandths of a pound.
SELECT count(*), avg(weight_e4) FROM orders;
