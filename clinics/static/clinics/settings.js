// A page that refused something begins there; browsers don't always honour autofocus after a form was sent.
document.querySelector(".st-faults")?.focus()
