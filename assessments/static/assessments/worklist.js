/* Says when something new has arrived, and moves nothing: the rows change when the person asks for it. */
document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("arrivals");
    if (!place) return;
    const address = `${place.dataset.address}?since=${encodeURIComponent(place.dataset.since)}`;
    let said = 0;

    const say = (count) => {
        if (count === said) return;
        said = count;
        const link = document.createElement("a");
        link.className = "rtr-button rtr-button--first";
        link.href = place.dataset.again;
        link.textContent = `${count} new – show`;
        place.replaceChildren(...(count ? [link] : []));
    };
    const silent = () => {
        said = -1;
        place.textContent = "This list can't be kept up to date at the moment; load the page again.";
    };
    const look = async () => {
        try {
            const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
            if (!answer.ok) throw new Error(answer.statusText);
            say((await answer.json()).new);
        } catch {
            silent();
        }
    };
    setInterval(look, 5000);
});
