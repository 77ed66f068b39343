// Says whether the door is open now, by the visitor's clock.
const now = new Date();
const monday = now.getDay() === 1;
const open = !monday && now.getHours() >= 7 && now.getHours() < 18;
const line = document.getElementById("open-now");
if (line) line.textContent = open ? "We are open. Come in." : "The oven is resting. Open from 7 to 18, Tuesday to Sunday.";
